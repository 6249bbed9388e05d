from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import CommandError, CommandParser
from django.db import Error
from tqdm import tqdm

from children.management.plain import IMPOSSIBLE, PlainCommand
from tracking.backups.errors import BackupError, Unfinished
from tracking.backups.restoring import restore

FINISH = "Mend that, and finish it: manage.py migrate, rebuild_audit_log, and verify_tracking."


class Command(PlainCommand):
    help = (
        "Bring a backup to an empty CHORE_DATA_DIR, or an empty database of the same kind, migrate it, write its audit log, and prove "
        "its trail as verify_tracking does. No server may run on it. Exit status 1: it is restored, with findings; 3: it could not be done."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            manifest = restore(file, progress=lambda ids: tqdm(ids, disable=None, unit="log"))
        except (BackupError, OSError, Error) as error:
            raise CommandError(f"Not restored: {error}", returncode=IMPOSSIBLE) from error
        except Unfinished as error:
            raise CommandError(f"Restored, but not finished: {error}. {FINISH}", returncode=IMPOSSIBLE) from error
        self.stdout.write(f"Restored, as it was at {manifest.made_at} (Chore {manifest.version}).")
        call_command("verify_tracking", stdout=self.stdout, stderr=self.stderr)
