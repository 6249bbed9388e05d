"""Leaving: who wants to is marked, may think better of it, and is deleted once it is due, by `children.services.due_accounts`."""

from django.db import transaction
from django.db.models import Q

from children import clock
from children.errors import ActorGone, LastAdmin
from children.locks import lock_actor
from children.models import AccountDeletionPolicy, User
from children.services.accounts import is_last_parent

SUPERUSERS = Q(is_superuser=True, is_active=True)  # who can manage the server
UNMARKED = {
    "deletion_requested_at": None,
    "deletion_attempts": None,
    "deletion_attempted_at": None,
    "deletion_error": None,
}


@transaction.atomic
def request_deletion(*, user: User) -> User:
    """Mark the account; it works until it is due. Marked before, it stays so from that moment on.

    Raises LastAdmin if no other superuser is active and stays, ActorGone.
    """
    user, superusers = _lock(user, besides=SUPERUSERS if user.is_superuser else None)
    if user.deletion_requested_at is None:
        if user.is_superuser and not any(other.deletion_requested_at is None for other in superusers):
            raise LastAdmin
        user.deletion_requested_at = clock.now()
        user.save(update_fields=["deletion_requested_at"])
    return user


@transaction.atomic
def withdraw_deletion(*, user: User) -> User:
    """Take the mark off the account, if it has one, and with it what is kept of attempts. Raises ActorGone."""
    user, _ = _lock(user)
    for field, value in UNMARKED.items():
        setattr(user, field, value)
    user.save(update_fields=list(UNMARKED))
    return user


def _lock(user: User, *, besides: Q | None = None) -> tuple[User, list[User]]:
    """Return the user and the others asked for, re-read under locks taken in one order. Raises ActorGone."""
    wanted = Q(pk=user.pk) | (besides or Q())
    locked = User.objects.with_child().filter(wanted).select_for_update(no_key=True, of=("self",)).order_by("pk")
    users = {each.pk: each for each in locked}
    fresh = users.pop(user.pk, None)
    if fresh is None or not fresh.is_active:
        raise ActorGone
    return fresh, list(users.values())


def takes_family_along(user: User) -> bool:
    """Whether no parent is left once this one, which is marked, goes: those marked before it go before it."""
    if user.family is None:
        return False
    stay = User.objects.parents_of(user.family).exclude(deletion_requested_at__lt=user.deletion_requested_at)
    return is_last_parent(user, stay)


@transaction.atomic
def change_policy(*, threshold_hours: int, by: User) -> AccountDeletionPolicy:
    """Set how many hours a marked account stays, those already marked too. Raises ActorGone, ActorMoved."""
    policy = AccountDeletionPolicy.objects.lock()
    lock_actor(by)
    policy.threshold_hours = threshold_hours
    policy.save(update_fields=["threshold_hours"])
    return policy
