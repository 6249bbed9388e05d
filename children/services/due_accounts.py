"""Accounts that are due are deleted: each in a transaction of its own, one at a time however many schedulers run."""

import logging

from django.db import Error, transaction
from django.db.models import F
from django.db.models.functions import Coalesce

from children import clock
from children.errors import Gone, LastAdmin, first_line
from children.models import AccountDeletionPolicy, User
from children.services.accounts import delete_user
from children.services.deletions import SUPERUSERS

LETTERS = 500  # of what is kept of an error

logger = logging.getLogger(__name__)


class NotDue(Exception):
    """The account was restored meanwhile, or the policy gives it more time."""


def delete_due_accounts() -> tuple[int, int]:
    """Delete those that are due, the oldest request first. Returns how many went and how many failed.

    An error is logged and kept on its account, which is tried again the next time; the others go on.
    """
    outcomes = [_delete(user) for user in list(User.objects.marked().filter(due_at__lte=clock.now()))]
    return outcomes.count(True), outcomes.count(False)


def _delete(user: User) -> bool | None:
    """Return whether the account was deleted; None where there was nothing to do any more."""
    try:
        with transaction.atomic():
            policy = AccountDeletionPolicy.objects.lock()
            delete_user(user=user, by=None, judge=lambda locked: _judge(locked, policy))
    except (Gone, NotDue):
        return None
    except Exception as error:
        logger.exception("An account that is due could not be deleted; the queue of deletions tells which")
        _keep_failure(user, error)
        return False
    return True


def _judge(user: User, policy: AccountDeletionPolicy) -> None:
    """Raises NotDue, and LastAdmin where nobody would be left to manage the server."""
    if user.deletion_requested_at is None or user.deletion_requested_at + policy.threshold > clock.now():
        raise NotDue
    superusers = User.objects.filter(SUPERUSERS)
    if superusers.filter(pk=user.pk).exists() and not superusers.exclude(pk=user.pk).exists():
        raise LastAdmin


def _keep_failure(user: User, error: Exception) -> None:
    """Unless the account was restored meanwhile."""
    marked = User.objects.filter(pk=user.pk, deletion_requested_at=user.deletion_requested_at)
    attempts = Coalesce(F("deletion_attempts"), 0) + 1
    try:
        marked.update(
            deletion_attempts=attempts, deletion_attempted_at=clock.now(), deletion_error=first_line(error)[:LETTERS]
        )
    except Error:
        logger.exception("That it could not be deleted could not be kept in the queue either")
