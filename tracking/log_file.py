"""Appending to a log that several processes write and rotate, with nothing kept open.

A line is one write, under a shared lock on the file itself; who rotates takes it exclusively. A file that has reached its size
is full for ever: who opened it before it was rotated, and gets the lock after, sees that, and begins again.
"""

import errno
import fcntl
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep

APPEND = os.O_RDWR | os.O_APPEND | os.O_CREAT
NEVER = 2**62
WAIT = 2  # seconds for a lock
LOOKS = 20  # at a line that somebody is in the middle of, before it is waited for
REPLACED = b"\0"  # the last byte of a file in whose place another one was put: who opened it before begins again too


def append(
    path: Path, line: bytes, *, size: int = NEVER, backups: int = 0, unless: Callable[[], bool] | None = None
) -> None:
    """Append a line, rotating first a file that has reached `size` bytes. `unless` may still refuse, while nobody rotates it.

    Raises OSError; half a line is taken back then, or ended by whoever comes next.
    """
    while (file := _open(path, unless)) is not None and not _try(file, path, line, size, backups, unless):
        continue


def open_to_append(path: Path) -> int:
    """Return the open file, made where there is none (0640), and its folder (0750)."""
    try:
        return os.open(path, APPEND, 0o640)
    except FileNotFoundError:
        path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
        return os.open(path, APPEND, 0o640)


def mark_replaced(file: int) -> None:
    """Tell who waits for its lock. It takes no room on the disk."""
    os.ftruncate(file, os.fstat(file).st_size + len(REPLACED))


def remove_empty(path: Path) -> None:
    """Remove a log in which nothing is written, though somebody made it to. Raises OSError."""
    with suppress(FileNotFoundError):
        file = os.open(path, os.O_RDWR)
        try:
            _lock(file, fcntl.LOCK_EX)
            if is_there(path, file) and not os.fstat(file).st_size:
                mark_replaced(file)
                path.unlink()
        finally:
            os.close(file)


def is_there(path: Path, file: int) -> bool:
    """Whether an open file is still the one of that name."""
    with suppress(FileNotFoundError):
        return os.path.samestat(path.stat(), os.fstat(file))
    return False


def numbered(path: Path, number: int) -> Path:
    """`x.log.1` is what `x.log` was before, `x.log.2` before that."""
    return path.with_name(f"{path.name}.{number}") if number else path


def _open(path: Path, unless: Callable[[], bool] | None) -> int | None:
    """Return the open file; None where it is not there, and needed for no line: its name alone may tell too much."""
    try:
        return os.open(path, APPEND & ~os.O_CREAT)
    except FileNotFoundError:
        return None if unless is not None and unless() else open_to_append(path)


def _try(file: int, path: Path, line: bytes, size: int, backups: int, unless: Callable[[], bool] | None) -> bool:
    """Return whether it is done. Few calls, and cheap ones: `make bench` tells."""
    try:
        _lock(file, fcntl.LOCK_SH)
        end = os.lseek(file, 0, os.SEEK_END)
        if end >= size:
            _rotate(path, file, backups)
            return False
        if unless is not None:
            if unless():
                return True
            end = os.lseek(file, 0, os.SEEK_END)
        last = os.pread(file, 1, end - 1) if end else b"\n"
        if last == b"\n":
            _write(file, line)
            return True
        if last != REPLACED or is_there(path, file):
            _end_line(file)
        return False
    finally:
        os.close(file)  # and with it the lock


def _end_line(file: int) -> None:
    """Somebody is in the middle of a line, or was killed there."""
    for _ in range(LOOKS):
        if os.pread(file, 1, os.lseek(file, 0, os.SEEK_END) - 1) == b"\n":
            return
    _lock(file, fcntl.LOCK_EX)
    end = os.lseek(file, 0, os.SEEK_END)
    if os.pread(file, 1, end - 1) != b"\n":
        _write(file, b"\n")


def _lock(file: int, kind: int) -> None:
    """Raises OSError where somebody else holds it for too long: an act waits for its line."""
    until, pause = 0.0, 0.00005
    while True:
        try:
            return fcntl.flock(file, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            until = until or monotonic() + WAIT
            if monotonic() > until:
                raise
        sleep(pause)
        pause = min(2 * pause, 0.01)


def _rotate(path: Path, file: int, backups: int) -> None:
    _lock(file, fcntl.LOCK_EX)
    if not is_there(path, file):  # somebody was faster
        return
    if not backups:
        path.unlink()
    gap = next((number for number in range(1, backups) if not numbered(path, number).exists()), backups)
    for number in reversed(range(gap)):  # the file itself last: till then, nobody can begin a new one
        numbered(path, number).replace(numbered(path, number + 1))


def _write(file: int, line: bytes) -> None:
    written = os.write(file, line)
    if written < len(line):
        end = os.lseek(file, 0, os.SEEK_CUR)
        _lock(file, fcntl.LOCK_EX)
        if os.fstat(file).st_size == end:  # nobody has written behind it
            os.ftruncate(file, end - written)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
