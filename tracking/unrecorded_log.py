"""The last resort for an event that no table would take: a line of a log, and back."""

import errno
import fcntl
import logging
import os
import re
from collections.abc import Iterable, Iterator

from django.conf import settings

LOGGER = "tracking.unrecorded"
MARK = f"CRITICAL {LOGGER}: "  # before the event, in a log that holds other lines too
HEADER = re.compile(r"\b(?:DEBUG|INFO|WARNING|ERROR|CRITICAL) [\w.]+: ")


class UnrecordedLogHandler(logging.Handler):
    """Append each record to `logs/unrecorded.log` as one line: the event as JSON.

    Under a lock, and taken back if the disk was too full for all of it: lines of several processes do not mix, half a line would
    spoil the next one. Nothing stays open.
    """

    def emit(self, record: logging.LogRecord) -> None:
        try:
            settings.LOG_DIR.mkdir(mode=0o750, parents=True, exist_ok=True)
            file = os.open(settings.LOG_DIR / "unrecorded.log", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
            try:
                fcntl.flock(file, fcntl.LOCK_EX)
                _append(file, f"{self.format(record)}\n".encode())
            finally:
                os.close(file)
        except OSError:
            self.handleError(record)


def _append(file: int, line: bytes) -> None:
    end = os.fstat(file).st_size
    if os.write(file, line) < len(line):
        os.ftruncate(file, end)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def events_in(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Yield the number and the JSON of each line that holds an event: those of `unrecorded.log`, or those with MARK of another log.

    What stands behind the mark of another line is not ours: a log quotes what clients asked for.
    """
    for number, line in enumerate(lines, start=1):
        header = HEADER.search(line)
        if line.lstrip().startswith("{"):
            yield number, line
        elif header and header[0] == MARK:
            yield number, line[header.end() :]
