import os
import random

import pytest

from tracking.tests.faults.notes import note
from tracking.tests.installation import installed
from tracking.tests.live import running


@pytest.fixture
def home(model_home):
    return model_home[1]


@pytest.fixture
def installation(model_home, tmp_path):
    """One with that family, in which nothing has happened yet."""
    with installed(tmp_path / "data", like=model_home[0]) as installation:
        yield installation


@pytest.fixture
def server(installation):
    with running(installation) as server:
        yield server


@pytest.fixture
def dice():
    """Randomness that can be repeated: its seed is shown when the test fails."""
    seed = int(os.environ.get("CHORE_TEST_SEED") or random.randrange(2**32))
    note(f"CHORE_TEST_SEED={seed}")
    return random.Random(seed)
