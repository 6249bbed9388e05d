import json
from datetime import datetime
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import Error, transaction
from tqdm import tqdm

from children import clock
from children.management.plain import PlainCommand
from children.models import Family
from tracking.models import Verification
from tracking.verification.finding import Finding
from tracking.verification.verify import Tally, verify


class Command(PlainCommand):
    help = (
        "Prove the trail: that no event is missing, that each goes on where the one before ended, that balances, requests and "
        "activations are as the events say, that nothing waits, and that the database's guards are there. It makes nobody "
        "wait, and keeps its result for the admin site. Exit status 0: clean, 1: a line for each finding, 2: bad usage, 3: it could not be done."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--family", type=int, metavar="ID", help="Only that one; the result is not kept.")
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *args: Any, family: int | None, format: str, **options: Any) -> None:  # noqa: A002 - the option's name
        if family is not None and not Family.objects.filter(pk=family).exists():
            raise CommandError(f"There is no family {family}.", returncode=2)
        tally, started_at = Tally(), clock.now()
        found = list(verify(tally, family_id=family, progress=lambda ids: tqdm(ids, disable=None, unit="child")))
        if family is None:
            self._keep(found, tally, started_at)
        if format == "json":
            self.stdout.write(_as_json(found, tally))
        else:
            purged = f" {tally.purged} were purged." if tally.purged else ""
            clean = f"Clean: {tally.children} children, {tally.events} events.{purged}"
            self.stdout.write("\n".join(map(str, found)) or clean)
        if found:
            raise CommandError(f"Findings: {len(found)}.")

    def _keep(self, found: list[Finding], tally: Tally, started_at: datetime) -> None:
        try:
            with transaction.atomic():
                Verification.objects.create(
                    started_at=started_at,
                    finished_at=clock.now(),
                    children=tally.children,
                    events=tally.events,
                    findings=len(found),
                    first_findings=[str(finding) for finding in found[: Verification.FINDINGS_KEPT]],
                )
                Verification.objects.outdated().delete()
        except Error as error:  # what was found counts
            self.stderr.write(f"The result could not be kept for the admin site: {error}")


def _as_json(found: list[Finding], tally: Tally) -> str:
    seen = {"clean": not found, "children": tally.children, "events": tally.events, "purged": tally.purged}
    return json.dumps({**seen, "findings": [finding.to_dict() for finding in found]}, indent=2)
