from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction

from children.errors import Gone, LastParent
from children.locks import lock_family, lock_home, lock_users
from children.models import Family, User
from children.services.logins import insert_user, revoke_tokens


def create_family(*, name: str, timezone: str, username: str, password: str) -> tuple[Family, User]:
    """Make a family and its first parent. Raises UsernameTaken."""
    password_hash = make_password(password)
    with transaction.atomic():
        family = Family.objects.create(name=name, timezone=timezone)
        parent = insert_user(username=username, password_hash=password_hash, family=family)
    return family, parent


@transaction.atomic
def edit_family(*, family: Family, by: User | None, **changes: Any) -> Family:
    """Change its name, time zone or floor. Raises Gone if it was removed, ActorGone, ActorMoved."""
    family = lock_home(family.pk, by)
    for field, value in changes.items():
        setattr(family, field, value)
    family.save(update_fields=list(changes))
    return family


@transaction.atomic
def remove_parent(*, parent: User, by: User | None) -> None:
    """Take a parent out of its family and revoke its tokens; the account stays.

    Raises LastParent if none would be left that can log in, Gone if it left already, ActorGone, ActorMoved.
    """
    family = lock_family(parent.family_id)  # type: ignore[arg-type]
    fresh, _ = lock_users(parent, by=by)
    if fresh is None or fresh.family_id != family.pk:
        raise Gone
    if not User.objects.parents_of(family).filter(is_active=True).exclude(pk=fresh.pk).exists():
        raise LastParent
    fresh.family = None
    fresh.save(update_fields=["family"])
    revoke_tokens(fresh)
