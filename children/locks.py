"""The order in which rows are locked, everywhere: the family, then the child, then the user; before them, by who deletes accounts that are
due, the policy of deletions.

PostgreSQL takes them FOR NO KEY UPDATE, so that inserts that refer to them do not wait; SQLite's lock is the whole file, taken at
BEGIN. The family's lock is as wide as the widest channel of the stream.
"""

from django.db import connection
from django.db.transaction import TransactionManagementError

from children.errors import ActorGone, ActorMoved, Gone
from children.models import Child, Family, User


def lock_family(family_id: int) -> Family:
    """Return the family, re-read under its lock. Raises Gone if there is none, TransactionManagementError outside a transaction."""
    if not connection.in_atomic_block:
        raise TransactionManagementError("A lock is held until its transaction ends: open one first.")
    family = Family.objects.select_for_update(no_key=True).filter(pk=family_id).first()
    if family is None:
        raise Gone
    return family


def lock_home(family_id: int, by: User | None) -> Family:
    """Return the family, for a change of what belongs to it, re-read under its lock and the actor's.

    Raises Gone if it went with its last parent, ActorGone, ActorMoved.
    """
    family = lock_family(family_id)
    lock_actor(by)
    if family.removed_at is not None:
        raise Gone
    return family


def lock_child(child: Child, *, family: Family | None = None) -> Child:
    """Return the child, re-read under its family's lock and its own, with the locked family on it.

    An act on several children passes the `family` it locked, so that they share one clock. Raises Gone if the child was removed.
    """
    family = family or lock_family(child.family_id)
    locked = Child.objects.present().select_for_update(no_key=True).filter(pk=child.pk).first()
    if locked is None:
        raise Gone
    locked.family = family
    return locked


def lock_act(child: Child, by: User | None) -> tuple[Child, User | None]:
    """Return the child and the acting user of an act, as `lock_child` and `lock_actor` do.

    Who acts is judged first, also where the child went with it.
    """
    try:
        locked = lock_child(child)
    except Gone:
        lock_actor(by)
        raise
    return locked, lock_actor(by)


def lock_actor(by: User | None) -> User | None:
    """Return the acting user, re-read, and keep its row until the transaction ends: who deletes it waits, and then finds the act.

    Comes after the family's lock and the child's. Raises ActorGone if the user was deleted or deactivated before, ActorMoved if it
    is no longer in the family for which it was let in.
    """
    if by is None:
        return None
    users = User.objects.with_child().select_for_update(no_key=True, of=("self",))
    return _still_acting(by, users.filter(pk=by.pk).first())


def lock_users(user: User, *, by: User | None) -> tuple[User | None, User | None]:
    """Return `user`, for its removal, and `by`, both re-read under locks taken in one order; None for a user that is gone.

    Raises ActorGone and ActorMoved as `lock_actor` does.
    """
    ids = {user.pk} if by is None else {user.pk, by.pk}
    users = User.objects.with_child().select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk")
    locked = {row.pk: row for row in users}
    return locked.get(user.pk), by and _still_acting(by, locked.get(by.pk))


def _still_acting(by: User, locked: User | None) -> User:
    if locked is None or not locked.is_active:
        raise ActorGone
    if locked.family_id != by.family_id:
        raise ActorMoved
    return locked
