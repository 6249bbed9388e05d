"""What follows when an account is deleted, by whatever door."""

import logging
from collections import Counter

from django.db import Error, transaction

from children.models import User
from children.services import admin_log
from children.services.sessions import end_sessions
from tracking.models import Departure
from tracking.services.forgetting import forget_unrecorded
from tracking.services.log_rewriting import forget_in_logs
from tracking.services.notes import forget_failed_logins, forget_notes
from tracking.services.overwriting import overwrite
from tracking.traces.identity import Identity
from tracking.traces.proof import Proof, announce_proof, prove

logger = logging.getLogger(__name__)


def forget_deleted(user: User) -> None:
    """Forget a user in the transaction that deletes its account, and what is beside the database when that is committed.

    Its events and acts forget it with the account's row: SET_NULL.
    """
    identity = Identity.of(user)
    forget_unrecorded(identity.user_id)
    forget_notes(identity)
    forget_failed_logins(identity)
    Departure.objects.get_or_create(user_id=identity.user_id)
    announce_proof(identity.user_id)
    transaction.on_commit(lambda: conclude(identity), robust=True)


def conclude(identity: Identity) -> tuple[Counter[str], Proof]:
    """Forget a user whose account is gone where its transaction did not reach, and what came in meanwhile; then prove it.

    Returns how much there was, by kind: nothing but lines of the log, unless somebody was killed, or logged in at that very moment. Traces
    that are left are an error in the server's log. Raises OSError.
    """
    cleared, proof = _clear(identity), prove(identity, account=True)
    if proof.traces:
        logger.error("An account was deleted. %s With its id, manage.py anonymize_user tries again.", proof)
    Departure.objects.filter(user_id=identity.user_id).delete()
    return cleared, proof


def _clear(identity: Identity) -> Counter[str]:
    return Counter(
        {
            "sessions": end_sessions(identity.user_id),
            "entries of the admin site's log": admin_log.forget_user(User(pk=identity.user_id)),
            "unrecorded events": forget_unrecorded(identity.user_id),
            "notes": forget_notes(identity),
            "failed logins": forget_failed_logins(identity),
            "lines of the log": forget_in_logs(identity.user_id),
        }
    )


def keep_house() -> None:
    """Conclude for those who could not, since they were killed or a file could not be written; and overwrite what was deleted.

    One that fails does not hold up the others. Raises OSError, or what the database does, at the end.
    """
    failure: Exception | None = None
    for departure in Departure.objects.order_by("pk"):
        try:
            _conclude_for(departure)
        except (OSError, Error) as error:
            logger.exception("What was left of an account could not be removed")
            failure = error
    overwrite()
    if failure:
        raise failure


def _conclude_for(departure: Departure) -> None:
    if User.objects.filter(pk=departure.user_id).exists():  # SQLite gave the id again
        departure.delete()
    else:
        conclude(Identity(departure.user_id))
