"""Files and folders, as backups need them."""

import fcntl
import os
from contextlib import suppress
from pathlib import Path

from tracking.backups.errors import BackupError


def lock(descriptor: int) -> None:
    """Until it is closed. Raises BackupError where another process has."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise BackupError("Another backup is being made, or restored.") from None


def content(path: Path) -> bytes:
    """Return none where there is no file."""
    return path.read_bytes() if path.exists() else b""


def sync_folder(folder: Path) -> None:
    """Have the names in it on the disk, where the file system does that."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
