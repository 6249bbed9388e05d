"""What the metadata of an event says, and nothing where it is not of the kind that it should be: a row may come from anywhere."""

from typing import Any

from django.db.models import BigIntegerField

from tracking.admin.pretty import speakable
from tracking.models import TrackingEvent

LARGEST = BigIntegerField.MAX_BIGINT


def entity_name(event: TrackingEvent) -> str | None:
    name = _details(event).get("entity_name")
    return speakable(name) if isinstance(name, str) and name.strip() else None


def nominal_points(event: TrackingEvent) -> int | None:
    """The points of the task or penalty, or the cost of the reward, as they were then."""
    return _number(event, "points") or _number(event, "cost")


def reason(event: TrackingEvent) -> str | None:
    why = _details(event).get("reason")
    return why if isinstance(why, str) else None


def request_id(event: TrackingEvent) -> int | None:
    return _number(event, "request_id")


def cancelled_sequence(event: TrackingEvent) -> int | None:
    """The sequence of what it undoes."""
    number = _number(event, "cancels")
    return number if number is not None and number < event.sequence else None


def _number(event: TrackingEvent, name: str) -> int | None:
    number = _details(event).get(name)
    if isinstance(number, int) and not isinstance(number, bool) and 1 <= number <= LARGEST:
        return number
    return None


def _details(event: TrackingEvent) -> dict[str, Any]:
    return event.metadata if isinstance(event.metadata, dict) else {}
