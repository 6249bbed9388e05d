"""The trails that are measured, each an installation, made once in a run: a small one and a large one."""

import atexit
import os
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from tracking.benchmarks.sizes import EVENTS, FEW_EVENTS
from tracking.tests.installation import Installation, installed

PATIENCE = 2 * 3600  # seconds
READY = os.environ.get("CHORE_TEST_TRAIL", "")  # the data folder or the database URL of a large one that is there

FILL = """
import json
from tracking.benchmarks.big.fill import fill
print(json.dumps(fill({events})))
"""

_until_the_end = ExitStack()
atexit.register(_until_the_end.close)


def small_trail() -> Installation:
    return _made(FEW_EVENTS)


def large_trail() -> Installation:
    return _ready() if READY else _made(EVENTS)


@cache
def _made(events: int) -> Installation:
    installation = _until_the_end.enter_context(installed(_folder() / "data"))
    installation.tell(FILL.format(events=events), patience=PATIENCE)
    installation.manage("seal_days", patience=PATIENCE)
    return installation


def _ready() -> Installation:
    return Installation(_folder(), READY) if "://" in READY else Installation(Path(READY))


def _folder() -> Path:
    return Path(_until_the_end.enter_context(TemporaryDirectory()))
