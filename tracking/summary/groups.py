"""What the database adds up: the events of one kind and one interval at a time, and those of sealed days not even one by one."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta, tzinfo
from itertools import chain
from typing import Any

from django.db.models import CharField, Count, F, Func, Max, QuerySet, Sum, Value

from tracking.models import DaySum
from tracking.models.event_queryset import TrackingEventQuerySet as Events
from tracking.models.kinds import Action, EntityType
from tracking.models.split import Split
from tracking.summary.days import day_of
from tracking.summary.interval import Interval
from tracking.summary.offsets import Offset, fixed_offset, offsets

Span = tuple[datetime, datetime]
Group = tuple[
    date, EntityType, Action, int, int, int
]  # first day, both as text, acts, change of points, highest sequence


class EntityTypes(Func):
    """To group by. By the column itself, SQLite would read the whole table, in the order of the index that begins with it."""

    template = "%(expressions)s || ''"
    output_field = CharField()


def groups(events: Events, interval: Interval, zone: tzinfo, span: Span | None = None) -> Iterable[Group]:
    """Return them in no order; one interval's of a kind may be in several parts. All occurred within `span`, if that is known.

    The highest sequence is 0 where sums of days tell: those are of many children.
    """
    parts = _sealed(events, zone)
    if parts is None:
        return _of_events(events, interval, _offsets(events, zone, span))
    rest = (_of_events(rest.events, interval, UTC_ALWAYS) for rest in parts.rest)
    return chain(_of_days(parts.sums, interval), *rest)


def one_by_one(events: Events, zone: tzinfo, count: int) -> int:
    """Return how many of the events, of which there are `count`, must be read to add them up."""
    parts = _sealed(events, zone)
    return count if parts is None else sum(rest.count() for rest in parts.rest)


def span_of(events: Events) -> Span | None:
    """Return when the first and the last of them occurred, None without any."""
    first, last = (
        ordered.values_list("occurred_at", flat=True).first()
        for ordered in (events.order_by("occurred_at", "created_at", "id"), events.newest_first())
    )
    return None if first is None or last is None else (first, last)


UTC_ALWAYS = [Offset(None, timedelta())]


def _sealed(events: Events, zone: tzinfo) -> Split | None:
    """None where no sums tell: they are of days in UTC."""
    return events.split() if fixed_offset(zone) == timedelta() else None


def _offsets(events: Events, zone: tzinfo, span: Span | None) -> Sequence[Offset]:
    fixed = fixed_offset(zone)
    if fixed is not None:
        return [Offset(None, fixed)]
    span = span or span_of(events)
    return offsets(zone, *span) if span else UTC_ALWAYS


def _of_events(events: QuerySet[Any], interval: Interval, clocks: Sequence[Offset]) -> Iterable[Group]:
    first_day = interval.first_day(day_of("occurred_at", clocks))
    kinds = events.order_by().values_list(first_day, EntityTypes(F("entity_type")), "action")
    return kinds.annotate(acts=Count("pk"), change=Sum("delta"), last=Max("sequence"))


def _of_days(sums: QuerySet[DaySum], interval: Interval) -> Iterable[Group]:
    kinds = sums.filter(events__gt=0).order_by().values_list(interval.first_day(F("day")), "entity_type", "action")
    return kinds.annotate(acts=Sum("events"), change=Sum("points"), last=Value(0))
