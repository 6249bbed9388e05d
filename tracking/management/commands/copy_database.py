from typing import Any

from django.core.management import call_command
from django.core.management.base import CommandError, CommandParser
from django.db import Error
from tqdm import tqdm

from children.management.plain import IMPOSSIBLE, PlainCommand
from tracking.backups.copying import copy_database
from tracking.backups.errors import BackupError


class Command(PlainCommand):
    help = (
        "Copy the database at URL, SQLite or PostgreSQL, into the empty one of DATABASE_URL, compare counts and sums, and prove the trail as "
        "verify_tracking does. URL is as DATABASE_URL: sqlite:///PATH or postgres://USER@HOST/NAME. Its server is to be stopped, and it "
        "stays as it is. Exit status 1: it is copied, with findings; 3: it could not be done."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("url", metavar="URL")

    def handle(self, *args: Any, url: str, **options: Any) -> None:
        try:
            copied = copy_database(url, progress=lambda models: tqdm(models, disable=None, unit="table"))
        except (BackupError, OSError, Error) as error:
            raise CommandError(f"Not copied: {error}", returncode=IMPOSSIBLE) from error
        held = copied.held
        tables = sum("." not in name for name in held)
        self.stdout.write(
            f"{held['tracking_trackingevent']} events of {held['children_child']} children: {tables} tables with the same counts and sums."
        )
        if copied.left:
            self.stdout.write(f"Left behind, as no tables of Chore's: {', '.join(copied.left)}.")
        call_command("verify_tracking", stdout=self.stdout, stderr=self.stderr)
