from typing import Any

from django.core.management.base import CommandParser
from tqdm import tqdm

from children.management.plain import PlainCommand
from tracking.services.sealing import seal_days, touch_days


class Command(PlainCommand):
    help = (
        "Count the days of the trail that are over, so that its lists need not: housekeeping does that too. Safe to run again, to interrupt, "
        "and while acts go on. With --anew every day is counted again, as where verify_tracking found one that was wrong."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--anew", action="store_true", help="Those that were counted, too.")

    def handle(self, *args: Any, anew: bool, **options: Any) -> None:
        if anew:
            touch_days()
        days = sum(1 for _ in tqdm(seal_days(), disable=None, unit="day"))
        self.stdout.write(f"{days} days counted.")
