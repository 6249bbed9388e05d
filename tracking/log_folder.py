"""Putting other files in the place of a log's, while others write to it. Drafts go whatever happens, those of who was killed too."""

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tracking import log_file

DRAFT = "draft_"


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Wait for whoever changes a log there already. Writers go on."""
    folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    lock = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _remove_drafts(folder)
        try:
            yield
        finally:
            _remove_drafts(folder)
    finally:
        os.close(lock)


@contextmanager
def held(log: Path) -> Iterator[int]:
    """Keep everybody from writing or rotating a log; it is made where there is none."""
    while True:
        file = log_file.open_to_append(log)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            if log_file.is_there(log, file):
                yield file
                return
        finally:
            os.close(file)


def draft_of(file: Path) -> Path:
    return file.with_name(f"{DRAFT}{file.name}")


def numbers_of(log: Path) -> list[int]:
    """Which files of a log there are, 0 for the one that is written."""
    suffixes = (path.name.removeprefix(log.name) for path in log.parent.glob(f"{log.name}*"))
    return [int(suffix[1:] or 0) for suffix in suffixes if re.fullmatch(r"(\.[0-9]+)?", suffix)]


def _remove_drafts(folder: Path) -> None:
    for draft in folder.glob(f"{DRAFT}*"):
        draft.unlink()
