"""The one peer of this process."""

import os
from importlib import import_module
from typing import Any

NAME = os.environ["CHORE_TEST_PEER"]


def load() -> Any:
    """Return its module, once models can be loaded."""
    return import_module(f"tracking.benchmarks.peers.{NAME}")
