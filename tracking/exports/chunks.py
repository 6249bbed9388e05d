"""Reading events newest first, chunk by chunk: what is held does not grow with their number, and nothing is open in between."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Max, Q

from tracking.models import TrackingEvent
from tracking.models.event_queryset import TrackingEventQuerySet
from tracking.models.plain_form import FIELDS

CHUNK = 1000

Row = dict[str, Any]  # each of FIELDS, as the database has it


@dataclass(frozen=True)
class Extent:
    """How many events there are at a moment, and the id of the newest: what is recorded later is none of them."""

    count: int
    newest: int

    @classmethod
    def of(cls, events: TrackingEventQuerySet) -> "Extent":
        """Of a list that sums of days count, the newest event of all is as good, and found at once."""
        among = events if events.split() is None else TrackingEvent.objects.all()
        newest = among.aggregate(newest=Max("pk"))["newest"] or 0
        return cls(events.up_to(newest).count(), newest)


class Chunks(Iterator[list[Row]]):
    """Between two of them nothing is kept but where the next begins: a slow client would keep it in memory."""

    def __init__(self, events: TrackingEventQuerySet, extent: Extent) -> None:
        self._events, self._newest = events, extent.newest
        self._following: TrackingEventQuerySet | None = events

    def __next__(self) -> list[Row]:
        rows = [] if self._following is None else _read(self._following)
        if not rows:
            raise StopIteration
        self._following = _after(rows[-1]) & self._events if len(rows) == CHUNK else None
        # Not in the query: on SQLite it would lead to the index by id, and to sorting a whole family for a chunk.
        return [row for row in rows if row["id"] <= self._newest]


def _read(events: TrackingEventQuerySet) -> list[Row]:
    return list(events.newest_first().values(*FIELDS)[:CHUNK])


def _after(row: Row) -> TrackingEventQuerySet:
    """What comes after `row`, newest first.

    Put before the conditions of an export: of two upper bounds SQLite takes the first to search by. And not as an OR of three
    cases: PostgreSQL would expect few rows, and sort them all.
    """
    later = Q(created_at__gt=row["created_at"]) | Q(created_at=row["created_at"], id__gte=row["id"])
    up_to_then = TrackingEvent.objects.filter(occurred_at__lte=row["occurred_at"])
    return up_to_then.exclude(later, occurred_at=row["occurred_at"])
