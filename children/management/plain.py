import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import Error

INTERRUPTED, IMPOSSIBLE = 130, 3  # exit statuses; those that say something of what was found are below


class PlainCommand(BaseCommand):
    """One that ends with a sentence where it is stopped, has no database, or nobody reads on."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            with _terminated_as_interrupted():
                return super().execute(*args, **options)
        except KeyboardInterrupt:
            raise CommandError("Stopped.", returncode=INTERRUPTED) from None
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for what Python still has to flush
            raise CommandError("Nobody reads on.", returncode=IMPOSSIBLE) from None
        except Error as error:
            raise CommandError(f"The database: {error}", returncode=IMPOSSIBLE) from error


@contextmanager
def _terminated_as_interrupted() -> Iterator[None]:
    """Have what would kill it at once end it as Ctrl-C does, so that it leaves nothing half done behind."""
    signals = [number for number in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(number) == signal.SIG_DFL]
    if threading.current_thread() is not threading.main_thread():  # which alone can say so
        signals = []
    for number in signals:
        signal.signal(number, signal.default_int_handler)
    try:
        yield
    finally:
        for number in signals:
            signal.signal(number, signal.SIG_DFL)
