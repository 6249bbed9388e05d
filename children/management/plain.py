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
    numbers = [number for number in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(number) == signal.SIG_DFL]
    if threading.current_thread() is not threading.main_thread():  # which alone can say so
        numbers = []

    def interrupt(*_: Any) -> None:
        for number in numbers:
            signal.signal(number, signal.SIG_IGN)  # it is ending: often there comes a second one
        raise KeyboardInterrupt

    for number in numbers:
        signal.signal(number, interrupt)
    try:
        yield
    finally:
        for number in numbers:
            signal.signal(number, signal.SIG_DFL)
