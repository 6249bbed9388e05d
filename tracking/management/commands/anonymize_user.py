import json
from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.core.management.base import CommandError, CommandParser
from tqdm import tqdm

from children.management.plain import IMPOSSIBLE, INTERRUPTED, PlainCommand
from children.models import User
from children.services.accounts import is_last_parent
from children.services.deletions import SUPERUSERS
from tracking.services.anonymizing import NotProved, Outcome, anonymize, anonymize_gone, look_at, look_at_gone

MAX_ID = 2**63 - 1


class Command(PlainCommand):
    help = (
        "Make all that a user did name nobody: events, activations, requests, and the lines of the log. The trail stays as it is "
        "otherwise. With --delete the account goes too, and every table and file is searched for what may name it. Safe to "
        "run again, to interrupt, and while the user acts. Exit status 0: done, 1: traces were found, 2: bad usage, 3: it could not be done."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "user", metavar="USER", help="Its id, or its username; the id if the account is gone, or named in digits."
        )
        parser.add_argument("--dry-run", action="store_true", help="Only say how much.")
        parser.add_argument("--delete", action="store_true", help="Delete the account too.")
        parser.add_argument("--no-input", "--noinput", action="store_false", dest="interactive", help="Do not ask.")
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(
        self,
        *args: Any,
        user: str,
        dry_run: bool,
        delete: bool,
        interactive: bool,
        format: str,  # noqa: A002 - the option's name
        **options: Any,
    ) -> None:
        account = find(user)
        try:
            outcome = self._anonymize(
                account, int(user) if account is None else account.pk, dry_run, delete, interactive
            )
        except OSError as error:
            raise CommandError(f"The logs: {error}", returncode=IMPOSSIBLE) from error
        except NotProved as error:
            raise CommandError(str(error.__doc__), returncode=IMPOSSIBLE) from error
        self.stdout.write(json.dumps(outcome.to_dict(), indent=2) if format == "json" else _as_text(outcome))
        if outcome.deleted and not User.objects.filter(SUPERUSERS).exists():
            self.stderr.write(
                "There is no superuser any more: manage.py create_first_admin makes one.", self.style.WARNING
            )
        if outcome.has_traces and not dry_run:
            raise CommandError("Traces were found.")

    def _anonymize(self, account: User | None, user_id: int, dry_run: bool, delete: bool, interactive: bool) -> Outcome:
        if account is None:
            return look_at_gone(user_id) if dry_run else anonymize_gone(user_id)
        outcome = look_at(account)
        if dry_run:
            return outcome
        if delete:
            self.stderr.write(f"User {user_id} is to be deleted.")  # known by its id only, should this be killed
        if interactive:
            self._ask(account, outcome.forgotten, delete=delete)
        with tqdm(total=outcome.forgotten.total(), disable=None, unit="row") as bar:
            return anonymize(account, delete=delete, progress=bar.update)

    def _ask(self, account: User, counts: Counter[str], *, delete: bool) -> None:
        """Raises CommandError unless the answer is yes."""
        for line in [f"User {account.pk}, {account.username}.", *_consequences(account, counts, delete=delete)]:
            self.stderr.write(line, self.style.WARNING)
        self.stderr.write("Type 'yes' to go on: ", ending="")
        self.stderr.flush()
        try:
            answer = input()
        except (EOFError, RuntimeError):  # the latter where there is no input at all
            raise CommandError("Nobody answers; --no-input does not ask.", returncode=2) from None
        if answer.strip() != "yes":
            raise CommandError("Nothing was changed.", returncode=INTERRUPTED)


def _as_text(outcome: Outcome) -> str:
    told, user = _listed(outcome.forgotten), f"user {outcome.user_id}"
    if outcome.dry_run:
        lines = [f"{told or 'Nothing'} would forget {user}.", "Dry run, nothing is changed."]
    else:
        lines = [f"{told} forgot {user}." if told else f"Nothing names {user} any more."]
    if outcome.deleted:
        lines.append("The account is deleted.")
    elif not told and not outcome.dry_run:
        lines.append("Nothing was changed.")
    if not outcome.overwritten:
        lines.append(
            "SQLite's write-ahead log still holds what was there: somebody reads all the time. It is overwritten later."
        )
    return "\n".join([*lines, *map(str, outcome.proofs)])


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {kind}" for kind, count in (+counts).items())


def find(text: str) -> User | None:
    """Return the user of that id or name, None for an id of which there is no account. Raises CommandError.

    Digits are always an id: anybody may be called `7`.
    """
    name = text.encode(errors="replace").decode()  # what is typed need not be text
    called_so = User.objects.filter(username__iexact=name).first()
    user = User.objects.filter(pk=int(text)).first() if _is_id(text) else called_so
    if user is None and called_so is not None:
        raise CommandError(
            f"There is no user of the id {name}; the one of that name has the id {called_so.pk}.", returncode=2
        )
    if user is None and not _is_id(text):
        raise CommandError(f"There is no user '{name}'. One that is gone is known by its id only.", returncode=2)
    return user


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= len(str(MAX_ID)) and int(text) <= MAX_ID


def _consequences(account: User, counts: Counter[str], *, delete: bool) -> Iterable[str]:
    yield f"{_listed(counts) or 'Nothing'} will name nobody from then on; that cannot be taken back."
    if not delete:
        return
    yield "The account is deleted, with its sessions and tokens."
    if account.family is not None and is_last_parent(account, User.objects.parents_of(account.family)):
        yield "No parent is left then: the family goes along. Its children are removed with their logins, its name is blanked, the events stay."
    if account.is_superuser and not User.objects.filter(SUPERUSERS).exclude(pk=account.pk).exists():
        yield "No superuser is left then: manage.py create_first_admin makes another."
