"""The last resort for an event that no table would take: a line of a log, and back."""

import logging
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.conf import settings

from tracking import log_file

LOGGER = "tracking.unrecorded"
MARK = f"CRITICAL {LOGGER}: "  # before the event, in a log that holds other lines too
HEADER = re.compile(r"\b(?:DEBUG|INFO|WARNING|ERROR|CRITICAL) [\w.]+: ")


def path() -> Path:
    return Path(settings.LOG_DIR, "unrecorded.log")


class UnrecordedLogHandler(logging.Handler):
    """Append each record to `logs/unrecorded.log` as one line: the event as JSON."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            log_file.append(path(), f"{self.format(record)}\n".encode())
        except OSError:
            self.handleError(record)


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
