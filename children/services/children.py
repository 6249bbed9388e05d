from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction

from children.locks import lock_act, lock_home
from children.models import Child, Family, User
from children.services.accounts import bury_child
from children.services.logins import insert_user, rename_user, revoke_tokens


def create_child(
    *, family: Family, name: str, by: User | None, username: str | None = None, password: str | None = None
) -> Child:
    """Add a child, with a login where a username and a password are given.

    Raises UsernameTaken, Gone if the family was removed, ActorGone, ActorMoved.
    """
    password_hash = make_password(password)
    with transaction.atomic():
        family = lock_home(family.pk, by)
        login = None
        if username is not None:
            login = insert_user(username=username, password_hash=password_hash, family=family)
        return Child.objects.create(family=family, name=name, login=login)


def edit_child(*, child: Child, by: User | None, **changes: Any) -> Child:
    """Change the name, and make or change the login: `name`, `username`, `password`, each optional.

    A child without a login needs both of the latter. Raises UsernameTaken, Gone, ActorGone, ActorMoved.
    """
    username = changes.get("username")
    password_hash = make_password(changes["password"]) if "password" in changes else None
    with transaction.atomic():
        child, by = lock_act(child, by)
        if "name" in changes:
            child.name = changes["name"]
            child.save(update_fields=["name"])
        if child.login is not None:
            _change_login(child.login, username, password_hash)
        elif username is not None and password_hash is not None:
            child.login = insert_user(username=username, password_hash=password_hash, family=child.family)
            child.save(update_fields=["login"])
    return child


def _change_login(login: User, username: str | None, password_hash: str | None) -> None:
    if username is not None and username != login.username:
        rename_user(user=login, username=username)
    if password_hash is not None:
        login.password = password_hash
        login.save(update_fields=["password"])
        revoke_tokens(login)


@transaction.atomic
def remove_child(*, child: Child, by: User | None) -> None:
    """Settle what is open, delete the login, blank the name; the row stays, so that its id and its trail are never inherited.

    Raises Gone if it was removed meanwhile, ActorGone, ActorMoved.
    """
    child, by = lock_act(child, by)
    bury_child(child, by=by)
