import logging
import os

from django.conf import settings


class UnrecordedLogHandler(logging.Handler):
    """Append each record to `logs/unrecorded.log` as one line: the event that no table would take, as JSON.

    One write to a file opened O_APPEND: lines of several processes do not mix, and nothing stays open.
    """

    def emit(self, record: logging.LogRecord) -> None:
        try:
            settings.LOG_DIR.mkdir(mode=0o750, parents=True, exist_ok=True)
            path = settings.LOG_DIR / "unrecorded.log"
            file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
            try:
                os.write(file, f"{self.format(record)}\n".encode())
            finally:
                os.close(file)
        except OSError:
            self.handleError(record)
