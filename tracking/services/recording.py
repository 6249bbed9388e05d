"""Writing events. An act never fails for its event, and an event is never lost for its act."""

import json
import logging
from contextlib import suppress
from typing import Any

from django.db import Error, transaction

from children import clock
from children.errors import first_line
from children.models import Child, Item, User
from children.models.user import acting_role
from children.points import PointsChange
from tracking.models import TrackingEvent, UnrecordedEvent
from tracking.models.event import Action, EntityType
from tracking.services.telling import tell_on_commit
from tracking.unrecorded_log import LOGGER

unrecorded_log = logging.getLogger(LOGGER)


def record_act(
    entity_type: EntityType,
    action: Action,
    *,
    entity: Item,
    child: Child,
    by: User | None,
    change: PointsChange,
    details: dict[str, Any],
) -> None:
    """Write the event of an act, in the act's transaction; the arguments are those of `children.signals`."""
    record(
        TrackingEvent(
            user_id=by.pk if by else None,
            actor_role=acting_role(by, child.family_id).value,
            family_id=child.family_id,
            child_id=child.pk,
            sequence=change.sequence,
            entity_type=entity_type.value,
            entity_id=entity.pk,
            action=action.value,
            points_before=change.before,
            points_after=change.after,
            delta=change.delta,
            occurred_at=change.occurred_at,
            created_at=max(clock.now(), change.occurred_at),
            metadata=details,
        )
    )


def record(event: TrackingEvent) -> None:
    """Insert the event; if that fails keep it as an UnrecordedEvent; if that fails too, log it on commit as CRITICAL.

    The savepoint matters: after a failed statement the transaction of the act would be lost without it.
    """
    try:
        insert(event)
    except Exception as error:  # noqa: BLE001 - whatever it is: the act stands, and its event must wait somewhere
        event.pk = None
        _keep(event, error)
    else:
        tell_on_commit(event)


@transaction.atomic
def insert(event: TrackingEvent) -> None:
    """Write the event, within a savepoint, with nobody as its user if that one is gone. Raises what the database does."""
    event.user_id = _existing(event.user_id)
    event.save()


def _existing(user_id: int | None) -> int | None:
    """Return the id if that user exists, and hold its row: the foreign key is deferred and would kill the act's COMMIT."""
    if user_id is None:
        return None
    held = User.objects.select_for_update(no_key=True).filter(pk=user_id).values_list("pk", flat=True)
    return held.first()


def _keep(event: TrackingEvent, error: Exception) -> None:
    plain = event.to_dict()
    try:
        with transaction.atomic():
            UnrecordedEvent.objects.create(
                child_id=event.child_id,
                sequence=event.sequence,
                event=plain,
                error=first_line(error),
                created_at=event.created_at,
            )
    except Exception:  # noqa: BLE001 - the last resort is the log, and only once the act is really there
        transaction.on_commit(lambda: _log(plain), robust=True)


def _log(plain: dict[str, Any]) -> None:
    """With nobody as its user if that one is gone by now."""
    with suppress(Error):
        if not User.objects.filter(pk=plain["user_id"]).exists():
            plain = {**plain, "user_id": None}
    unrecorded_log.critical(json.dumps(plain, default=str))
