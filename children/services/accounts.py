"""Deleting accounts: no trace names the user afterwards, and the family's story stays whole."""

from collections.abc import Callable

from django.db import models, transaction

from children import clock, signals
from children.errors import Gone
from children.locks import lock_child, lock_family, lock_users
from children.models import Child, Family, User
from children.models.user import UserQuerySet
from children.services import admin_log
from children.services.failed_logins import forget_failed_logins
from children.services.sessions import end_sessions


@transaction.atomic
def delete_user(*, user: User, by: User | None, judge: Callable[[User], None] | None = None) -> None:
    """Delete an account; its events stay, with `user_id` null. The last parent takes the family along.

    `by` may be the user itself. `judge` sees the user as it is under its lock, and may refuse by raising. Raises Gone if it was
    deleted meanwhile, ActorGone, ActorMoved.
    """
    family_id = User.objects.filter(pk=user.pk).values_list("family_id", flat=True).first()
    family = lock_family(family_id) if family_id is not None else None
    leaves = family if family is not None and is_last_parent(user, User.objects.parents_of(family)) else None
    children = _lock_children(leaves) if leaves else []
    locked, by = lock_users(user, by=by)
    if locked is None:
        raise Gone
    if judge is not None:
        judge(locked)
    if leaves:
        _remove_family(leaves, children, by=by)
    erase_user(locked)


def is_last_parent(user: User, parents: UserQuerySet) -> bool:
    """Whether `parents` are this one alone. A deactivated parent counts as one that stays: an admin may bring it back."""
    return parents.filter(pk=user.pk).exists() and not parents.exclude(pk=user.pk).exists()


def _lock_children(family: Family) -> list[Child]:
    children = Child.objects.present().filter(family=family).order_by("id")
    return [lock_child(child, family=family) for child in children]


def _remove_family(family: Family, children: list[Child], *, by: User | None) -> None:
    for child in children:
        bury_child(child, by=by)
    family.name, family.removed_at = "", clock.now()
    family.save(update_fields=["name", "removed_at"])
    admin_log.blank_name(family)


def bury_child(child: Child, *, by: User | None) -> None:
    """Settle what is open, delete the login, blank the name; the caller holds the locks of the child and of who does it."""
    signals.child_removed.send(sender=Child, child=child, by=by)
    login = child.login
    child.name, child.login, child.removed_at = "", None, clock.now()
    child.save(update_fields=["name", "login", "removed_at"])
    admin_log.blank_name(child)
    if login is not None:
        erase_user(User.objects.select_for_update(of=("self",)).get(pk=login.pk))


def erase_user(user: User) -> None:
    """Delete the row and settle what names it; the caller holds its family's lock and, FOR UPDATE, its own."""
    signals.user_removed.send(sender=User, user=user)
    forget_failed_logins(user.username)
    end_sessions(user.pk)
    admin_log.forget_user(user)
    models.Model.delete(user)
