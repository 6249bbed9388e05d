from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import Error

from children.management.plain import IMPOSSIBLE, PlainCommand
from tracking.backups.backing_up import back_up, key_is_ours
from tracking.backups.errors import BackupError


class Command(PlainCommand):
    help = (
        "Write the whole installation into FILE, as it is at one moment: database, guards, the key of CHORE_DATA_DIR, and what is still to "
        "be recorded. Acts go on meanwhile. FILE must not be there; it can be read by its owner only. Exit status 3 if it could not be done."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            manifest = back_up(file)
        except (BackupError, OSError, Error) as error:
            raise CommandError(f"Not backed up: {error}", returncode=IMPOSSIBLE) from error
        if not key_is_ours():
            self.stdout.write("The key is not in it, as it is that of CHORE_SECRET_KEY: keep it too.")
        held = manifest.tally
        self.stdout.write(
            f"{held['tracking_trackingevent']} events of {held['children_child']} children, as they were at {manifest.made_at}: {file}"
        )
