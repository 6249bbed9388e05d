import os
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import Error

INTERRUPTED, IMPOSSIBLE = 130, 3  # exit statuses; those that say something of what was found are below


class PlainCommand(BaseCommand):
    """One that ends with a sentence where it is stopped, has no database, or nobody reads on."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            return super().execute(*args, **options)
        except KeyboardInterrupt:
            raise CommandError("Stopped.", returncode=INTERRUPTED) from None
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for what Python still has to flush
            raise CommandError("Nobody reads on.", returncode=IMPOSSIBLE) from None
        except Error as error:
            raise CommandError(f"The database: {error}", returncode=IMPOSSIBLE) from error
