from typing import Any

from django.db import OperationalError, connection
from django.dispatch import Signal

from children.models import Child, Item, User
from children.points import PointsChange


class TransactionLost(OperationalError):
    """The database gave the transaction of an act up; nothing was changed."""


def announce(
    signal: Signal, *, entity: Item, child: Child, by: User | None, change: PointsChange, details: dict[str, Any]
) -> None:
    """Tell who listens about an act, in its transaction; one that breaks does not break the act.

    Raises TransactionLost where the database gave the transaction up meanwhile (its disk is full, it was restarted): who listened
    could not undo just its own part then, and Django would roll the whole act back at its end, without a word.
    """
    signal.send_robust(sender=type(entity), entity=entity, child=child, by=by, change=change, details=details)
    if connection.needs_rollback:
        raise TransactionLost("The transaction of the act was lost.")
