from typing import Any

from django.core.management.base import CommandError, CommandParser
from tqdm import tqdm

from children.management.plain import IMPOSSIBLE, PlainCommand
from tracking.services.rebuilding import rebuild_anonymized, rebuild_system, rebuild_user, users_to_rebuild


class Command(PlainCommand):
    help = (
        "Write the audit log again from the trail, as much of it as its files hold. Safe to run again, and while acts go on. "
        "Without --user all logs are written, and those of users without events go."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--user", type=int, metavar="ID", help="Only this user's, and that of users since forgotten."
        )

    def handle(self, *args: Any, user: int | None, **options: Any) -> None:
        users = users_to_rebuild()
        if user is not None and user not in users:
            raise CommandError(f"User {user} has no events and no log.", returncode=2)
        try:
            events = [rebuild_user(each) for each in tqdm(users if user is None else [user], disable=None, unit="log")]
            events += [rebuild_system()] if user is None else []
            events += [rebuild_anonymized()]  # the user may be being forgotten
        except OSError as error:
            raise CommandError(f"The audit log: {error}", returncode=IMPOSSIBLE) from error
        self.stdout.write(f"{sum(events)} events of {sum(map(bool, events))} logs.")
