from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from tqdm import tqdm

from children import clock
from children.management.plain import IMPOSSIBLE, PlainCommand
from tracking.services.log_rewriting import purge_logs
from tracking.services.purging import NotPurged, children_to_purge, count_old, purge_child


class Command(PlainCommand):
    help = (
        "Remove the events that are older than CHORE_RETENTION_DAYS, and only those. Safe to run again, to interrupt, and while acts "
        "go on. Exit status 1 if children were left, 2 if CHORE_RETENTION_DAYS is not set, 3 if it could not be done."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="Only say how many.")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        if settings.RETENTION_DAYS is None:
            raise CommandError("CHORE_RETENTION_DAYS is not set: events are kept for ever.", returncode=2)
        self.dry_run, self.events, self.children = dry_run, 0, 0
        self.left: list[int] = []
        self.cutoff = clock.now() - timedelta(days=settings.RETENTION_DAYS)
        try:
            for child_id in tqdm(children_to_purge(self.cutoff), disable=None, unit="child"):
                self._go_through(child_id)
            self._conclude()
        except OSError as error:
            raise CommandError(f"The logs: {error}", returncode=IMPOSSIBLE) from error

    def _go_through(self, child_id: int) -> None:
        before = self.events
        try:
            for count in self._counts(child_id):
                self.events += count
        except NotPurged as reason:
            self.left.append(child_id)
            with tqdm.external_write_mode():
                self.stdout.write(f"child {child_id}: {reason}")
        self.children += self.events > before

    def _counts(self, child_id: int) -> Iterable[int]:
        return [count_old(child_id, self.cutoff)] if self.dry_run else purge_child(child_id, self.cutoff)

    def _conclude(self) -> None:
        told = f"{self.events} events of {self.children} children"
        if self.dry_run:
            self.stdout.write(f"Dry run, nothing is changed: {told} would be removed.")
        else:
            self.stdout.write(f"Removed {told}, and {purge_logs(self.cutoff, but=self.left)} lines of logs.")
        if self.left:
            raise CommandError(f"Children whose events were left: {len(self.left)}.")
