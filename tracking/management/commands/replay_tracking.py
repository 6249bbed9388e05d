from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from tqdm import tqdm

from children.management.plain import PlainCommand
from tracking.models import UnrecordedEvent
from tracking.services.replaying import REFUSALS, replay_line, replay_waiting
from tracking.unrecorded_log import events_in
from tracking.verification.finding import one_line

LONGEST = 1000  # letters of an error, which may quote a line


class Command(PlainCommand):
    help = (
        "Write the events that could not be recorded with their acts, as they occurred. Safe to run again, and while acts go on. "
        "Exit status 1 while any is left."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="Try it, and take it back.")
        parser.add_argument(
            "--from",
            dest="file",
            type=Path,
            metavar="FILE",
            help="And then those in the lines of a log, such as unrecorded.log.",
        )

    def handle(self, *args: Any, dry_run: bool, file: Path | None, **options: Any) -> None:
        self.dry_run = dry_run
        self.counts = {"recorded": 0, "there already": 0, "left": 0}
        lines = [] if file is None else [(f"{file}:{number}", line) for number, line in _read(file)]
        waiting = UnrecordedEvent.objects.order_by("child_id", "sequence", "pk")
        self._replay([(str(row), row) for row in waiting], replay_waiting)
        self._replay(lines, replay_line)
        self._conclude()

    def _replay(self, events: Iterable[tuple[str, Any]], write: Callable[..., bool]) -> None:
        for name, event in tqdm(events, disable=None, unit="event"):
            try:
                is_new = write(event, dry_run=self.dry_run)
            except REFUSALS as error:
                self.counts["left"] += 1
                with tqdm.external_write_mode():
                    self.stdout.write(f"{name}: {one_line(str(error).strip() or repr(error))[:LONGEST]}")
            else:
                self.counts["recorded" if is_new else "there already"] += 1

    def _conclude(self) -> None:
        told = ", ".join(f"{count} {what}" for what, count in self.counts.items())
        self.stdout.write(f"Dry run, nothing is changed: {told}." if self.dry_run else f"{told.capitalize()}.")
        if self.counts["left"] or (self.dry_run and self.counts["recorded"]):
            raise CommandError("Events are left that are not recorded.")


def _read(file: Path) -> list[tuple[int, str]]:
    """Raises CommandError, exit status 2, where there is nothing to read."""
    try:
        with file.open(encoding="utf-8", errors="replace") as lines:
            return list(events_in(lines))
    except OSError as error:
        raise CommandError(f"Cannot read {file}: {error.strerror}.", returncode=2) from error
