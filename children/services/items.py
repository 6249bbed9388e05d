"""Tasks and penalties, and what rewards share with them: make, edit, archive."""

from typing import Any, TypeVar

from django.db import transaction

from children import clock
from children.errors import Gone
from children.locks import lock_actor, lock_family, lock_home
from children.models import Family, Item, User

I = TypeVar("I", bound=Item)


@transaction.atomic
def create_item(*, model: type[I], family: Family, by: User | None, **values: Any) -> I:
    """Raises Gone if the family was removed, ActorGone, ActorMoved."""
    family = lock_home(family.pk, by)
    return model.objects.create(family=family, **values)  # type: ignore[return-value]


@transaction.atomic
def edit_item(*, item: I, by: User | None, **changes: Any) -> I:
    """Change what later acts find; what happened keeps its own name and points. Raises Gone, ActorGone, ActorMoved."""
    item = _lock_item(item, by)
    for name, value in changes.items():
        setattr(item, name, value)
    item.save(update_fields=list(changes))
    return item


@transaction.atomic
def archive_item(*, item: Item, by: User | None) -> None:
    """Take a task or penalty off the family's list; rewards have their own, `rewards.services.rewards.archive_reward`.

    Raises Gone if it was archived meanwhile, ActorGone, ActorMoved.
    """
    item = _lock_item(item, by)
    item.archived_at = clock.now()
    item.save(update_fields=["archived_at"])


def _lock_item(item: I, by: User | None) -> I:
    family = lock_family(item.family_id)
    lock_actor(by)
    return read_again(item, family)


def read_again(item: I, family: Family) -> I:
    """Return the item, re-read under its family's lock, with the locked family on it. Raises Gone if it was archived.

    Who acts is judged before.
    """
    fresh = type(item).objects.active().filter(pk=item.pk).first()
    if fresh is None:
        raise Gone
    fresh.family = family
    return fresh  # type: ignore[return-value]
