from argparse import ArgumentTypeError
from threading import Event
from typing import Any

from django.core.management.base import CommandError, CommandParser

from children.management.plain import PlainCommand
from children.services.housekeeping import describe, keep_house, keep_house_every


def seconds(text: str) -> int:
    """Raises ArgumentTypeError for what is no whole number of at least 1."""
    if not text.isdecimal() or not 1 <= int(text) <= 10**6:
        raise ArgumentTypeError("give whole seconds, 1 to 1000000")
    return int(text)


class Command(PlainCommand):
    help = (
        "Remove what has expired: idempotency keys after 24 hours, tokens, sessions; and delete the accounts that are due. "
        "Exit status 1 if something failed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--loop", type=seconds, metavar="SECONDS", help="Again and again, with so long a pause, until stopped."
        )

    def handle(self, *args: Any, loop: int | None, **options: Any) -> None:
        if loop is None:
            self._once()
        else:
            keep_house_every(loop, until=Event())

    def _once(self) -> None:
        removed, failed = keep_house()
        self.stdout.write(f"Removed {describe(removed)}.")
        if failed:
            raise CommandError(f"Not removed, see the log: {', '.join(failed)}.")
