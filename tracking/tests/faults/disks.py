"""Disks that are really full: small file systems in memory."""

import errno
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

CHUNK = 4096


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """Mount a file system of that size there. Skips where that is not permitted."""
    folder.mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=755", "chore-test", str(folder)]
    try:
        done = subprocess.run(mount, capture_output=True, text=True, check=False)
    except OSError as error:
        pytest.skip(f"needs a small disk: {error}")
    if done.returncode != 0:
        pytest.skip(f"needs a small disk: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)  # at once, whatever has a file open


@contextmanager
def full(folder: Path, *, but: int = 0) -> Iterator[None]:
    """Leave no room on the disk of a folder, but for that many bytes."""
    filler = folder / "filler"
    try:
        _fill(filler)
        os.truncate(filler, filler.stat().st_size - but)
        yield
    finally:
        filler.unlink()


def _fill(file: Path) -> None:
    with file.open("wb", buffering=0) as filler:
        try:
            while True:
                os.write(filler.fileno(), bytes(CHUNK))
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
