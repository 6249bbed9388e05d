"""Writing events. An act never fails for its event, and an event is never lost for its act."""

import json
import logging
from contextlib import suppress
from functools import cache
from typing import Any

from django.db import Error, connection, transaction

from children import clock
from children.errors import first_line
from children.models import Child, Item, User
from children.models.user import acting_role
from children.points import PointsChange
from tracking.models import TrackingEvent, UnrecordedEvent
from tracking.models.kinds import Action, EntityType
from tracking.services.telling import tell_on_commit
from tracking.unrecorded_log import LOGGER

TABLE = TrackingEvent._meta.db_table
STORED = [field for field in TrackingEvent._meta.concrete_fields if not field.primary_key]

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
    """Write the event, within a savepoint, with nobody as its user if that one is gone. Raises what the database does.

    In one statement of its own: Model.save takes half as long again.
    """
    values = [field.get_db_prep_save(getattr(event, field.attname), connection) for field in STORED]
    is_told = connection.features.can_return_columns_from_insert  # not by SQLite before 3.35
    with connection.cursor() as cursor:
        cursor.execute(_statement() + (' RETURNING "id", "user_id"' if is_told else ""), values)
        if not is_told:
            cursor.execute(f'SELECT "id", "user_id" FROM "{TABLE}" WHERE "id" = %s', [cursor.lastrowid])  # noqa: S608
        event.pk, event.user_id = cursor.fetchone()
    event._state.adding, event._state.db = False, connection.alias


@cache
def _statement() -> str:
    """An INSERT that looks the user up and holds its row: the foreign key is deferred, and would kill the act's COMMIT."""
    hold = " FOR KEY SHARE" if connection.vendor == "postgresql" else ""
    users, columns = User._meta.db_table, ", ".join(f'"{field.column}"' for field in STORED)
    user = f'(SELECT "id" FROM "{users}" WHERE "id" = %s{hold})'  # noqa: S608 - of names in code, as below
    values = ", ".join(user if field.name == "user" else "%s" for field in STORED)
    return f'INSERT INTO "{TABLE}" ({columns}) VALUES ({values})'  # noqa: S608


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
