"""Making and changing logins. Passwords are hashed before a transaction opens: argon2 is slow on purpose."""

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction

from children.errors import ActorGone, UsernameTaken
from children.locks import lock_home
from children.models import AuthToken, Family, User
from children.services.failed_logins import forget_failed_logins


@transaction.atomic
def insert_user(*, username: str, password_hash: str, family: Family | None) -> User:
    """Raises UsernameTaken, also where another transaction was first."""
    try:
        with transaction.atomic():
            return User.objects.create(username=username, password=password_hash, family=family)
    except IntegrityError as error:
        raise UsernameTaken from error


def rename_user(*, user: User, username: str) -> None:
    """Change the username, and forget failed logins under the old one. Raises UsernameTaken."""
    forget_failed_logins(user.username)
    user.username = username
    try:
        with transaction.atomic():
            user.save(update_fields=["username"])
    except IntegrityError as error:
        raise UsernameTaken from error


def change_password(*, user: User, password: str, keep: AuthToken | None = None) -> None:
    """Set the password, and end what was logged in with the old one: sessions, and every token but `keep`. Raises ActorGone."""
    user.password = make_password(password)
    with transaction.atomic():
        if not User.objects.filter(pk=user.pk).update(password=user.password):
            raise ActorGone
        revoke_tokens(user, keep=keep)


def revoke_tokens(user: User, *, keep: AuthToken | None = None) -> None:
    tokens = AuthToken.objects.filter(user=user)
    if keep is not None:
        tokens = tokens.exclude(pk=keep.pk)
    tokens.delete()


def add_parent(*, family: Family, username: str, password: str, by: User | None) -> User:
    """Raises UsernameTaken, Gone, ActorGone, ActorMoved."""
    password_hash = make_password(password)
    with transaction.atomic():
        family = lock_home(family.pk, by)
        return insert_user(username=username, password_hash=password_hash, family=family)
