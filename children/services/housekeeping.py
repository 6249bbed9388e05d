"""What has expired goes: kept answers, tokens, sessions; and accounts that are due."""

import logging
from collections.abc import Callable
from threading import Event
from typing import Any

from django.contrib.sessions.models import Session
from django.db import Error, connections, transaction
from django.db.models import QuerySet

from children import clock, signals
from children.models import AuthToken, IdempotencyKey
from children.services.due_accounts import delete_due_accounts

CHUNK = 1000

logger = logging.getLogger(__name__)

EXPIRED: dict[str, Callable[[], QuerySet[Any]]] = {
    "expired idempotency keys": lambda: IdempotencyKey.objects.expired(clock.now()),
    "expired tokens": lambda: AuthToken.objects.filter(expiry__lte=clock.now()),
    "expired sessions": lambda: Session.objects.filter(expire_date__lte=clock.now()),
}


def keep_house() -> tuple[dict[str, int], list[str]]:
    """Remove what has expired, and accounts that are due.

    Returns how many of each went, and what failed; that is logged, and does not hold up the rest.
    """
    removed, failed = {}, []
    for what, expired in EXPIRED.items():
        try:
            removed[what] = _remove(expired)
        except Error:
            logger.exception("Housekeeping could not remove %s", what)
            failed.append(what)
    try:
        removed["accounts"], left = delete_due_accounts()
        failed += [f"accounts ({left})"] if left else []
    except Error:
        logger.exception("Housekeeping could not look for accounts that are due")
        failed.append("accounts")
    told = signals.house_kept.send_robust(sender=None)
    failed += ["what else is done for accounts that are gone"] if any(error for _, error in told) else []
    return removed, failed


def keep_house_every(seconds: float, *, until: Event) -> None:
    """Do it now, and again and again until told to end; in between no connection to the database stays open."""
    while True:
        try:
            removed, _failed = keep_house()
            if any(removed.values()):
                logger.info("Housekeeping removed %s", describe(removed))
            connections.close_all()
        except Exception:  # whatever it is: the next round is to come
            logger.exception("Housekeeping failed")
        if until.wait(seconds):
            return


def describe(removed: dict[str, int]) -> str:
    return ", ".join(f"{count} {what}" for what, count in removed.items()) or "nothing"


def _remove(expired: Callable[[], QuerySet[Any]]) -> int:
    total = 0
    while removed := _remove_chunk(expired()):
        total += removed
    return total


@transaction.atomic
def _remove_chunk(expired: QuerySet[Any]) -> int:
    """A short transaction, so that nobody waits long; and it waits for nobody: what another deletes, with its user, it leaves."""
    rows = expired.select_for_update(skip_locked=True).order_by("pk")
    return expired.filter(pk__in=list(rows.values_list("pk", flat=True)[:CHUNK])).delete()[0]
