import secrets
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import IntegrityError

from children.models import User

PASSWORD_BYTES = 15  # 20 characters, 120 bits


class Command(BaseCommand):
    help = (
        "Make a first admin with a generated password, and print it this once. Does nothing where there is a superuser."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--username", default="admin", help="Default: %(default)s")

    def handle(self, *args: Any, username: str, **options: Any) -> None:
        if User.objects.filter(is_superuser=True).exists():
            return
        password = secrets.token_urlsafe(PASSWORD_BYTES)
        try:
            User.objects.create_superuser(username=username, password=password)
        except IntegrityError as error:
            raise CommandError(f"There is a user '{username}' already: name another with --username.") from error
        self.stdout.write(
            "\n"
            "  The first admin of this server; the password is shown this once:\n"
            "\n"
            f"    username  {username}\n"
            f"    password  {password}\n"
        )
