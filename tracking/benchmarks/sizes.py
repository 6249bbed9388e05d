"""How much is measured: small sizes take minutes; `make bench-large` sets ten million events."""

import os

EVENTS = int(os.environ.get("CHORE_TEST_EVENTS", "1000000"))  # of a large trail
FEW_EVENTS = 10_000  # of a small one
