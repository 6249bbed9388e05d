from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from tracking.models import TrackingEvent


class Told(NamedTuple):
    """What an event says, recorded or waiting to be."""

    sequence: int
    user_id: int | None
    actor_role: str
    family_id: int
    entity_type: str
    entity_id: int
    action: str
    points_before: int
    points_after: int
    delta: int
    occurred_at: datetime
    metadata: Any
    id: int | None  # None: it waits

    def details(self) -> dict[str, Any]:
        """The metadata; none where it is no object, which only somebody's own SQL can have made."""
        return self.metadata if isinstance(self.metadata, dict) else {}

    @property
    def is_waiting(self) -> bool:
        return self.id is None

    def __str__(self) -> str:
        return f"{self.entity_type} {self.entity_id} {self.action}"


def told_by(event: TrackingEvent) -> Told:
    return Told._make(getattr(event, name) for name in Told._fields)


def recorded_of(child_id: int) -> Iterator[Told]:
    """The events of a child in the order of their sequence, read in chunks."""
    rows = TrackingEvent.objects.filter(child_id=child_id).order_by("sequence")
    return map(Told._make, rows.values_list(*Told._fields).iterator())
