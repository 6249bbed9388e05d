from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any, NamedTuple

from django.db import connections
from django.db.models import QuerySet, Sum

from tracking.models.conditions import Conditions
from tracking.models.day_sum import DaySum, next_day, start_of

Events = QuerySet[Any]  # TrackingEvent, which knows of this module

# Django lets no window look at what was grouped. `running` is the sum of a day and of those after it.
FIND = """
 SELECT day, running - total FROM (SELECT day, total, SUM(total) OVER (ORDER BY day DESC) AS running FROM ({days}) AS days) AS sums
 WHERE running > %s ORDER BY day DESC LIMIT 1
"""


class Place(NamedTuple):
    """Where to look for an event: among those before `end`, which is None for all, after the first `skipped` of all."""

    end: datetime | None
    skipped: int


@dataclass(frozen=True)
class Summed:
    """Whole days before `until` whose sums tell about their events."""

    sums: QuerySet[DaySum]
    until: date

    def count(self) -> int:
        return self.sums.aggregate(events=Sum("events"))["events"] or 0

    def between(self, first: date, until: date) -> Summed:
        return Summed(self.sums.filter(day__gte=first, day__lt=until), until)

    def find(self, offset: int) -> Place | None:
        """Return the day in which the event at that offset is, from the newest on; None if there are not so many."""
        days, parameters = self.sums.order_by().values("day").annotate(total=Sum("events")).query.sql_with_params()
        with connections[self.sums.db].cursor() as cursor:
            cursor.execute(FIND.format(days=days), [*parameters, offset])
            found = cursor.fetchone()
        if found is None:
            return None
        day, skipped = found
        return Place(start_of(next_day(date.fromisoformat(str(day)))), int(skipped))


@dataclass(frozen=True)
class Rest:
    """Events of a stretch of time that must be counted one by one, before `end`; None for what goes on."""

    events: Events
    end: datetime | None

    def count(self) -> int:
        return self._count

    @cached_property
    def _count(self) -> int:
        return QuerySet.count(self.events)

    def find(self, offset: int) -> Place | None:
        return Place(self.end, 0) if offset < self._count else None


@dataclass(frozen=True)
class Split:
    """Events, as the sums of whole days before `until` and the rest of them: together they are all, and none is in both.

    `sums` are of days that stay as they were when the split was made: what touches one later is seen by the next split.
    """

    sums: QuerySet[DaySum]
    rest: Sequence[Rest]
    until: date

    def count(self) -> int:
        return Summed(self.sums, self.until).count() + sum(rest.count() for rest in self.rest)

    def find(self, offset: int) -> Place | None:
        """Return the place of the event at that offset, from the newest on; None if there are not so many."""
        skipped = 0
        for part in self._newest_first():
            if place := part.find(offset - skipped):
                return Place(place.end, skipped + place.skipped)
            skipped += part.count()
        return None

    def _newest_first(self) -> Iterator[Summed | Rest]:
        days = Summed(self.sums, self.until)
        for rest in self.rest:
            if rest.end is not None and rest.end.date() < self.until:
                yield days.between(rest.end.date(), days.until)
                days = days.between(date.min, rest.end.date())
            yield rest
        yield days


def split(events: Events, conditions: Conditions) -> Split | None:
    """Return the events that fit `conditions`, out of the table that `events` read; None where no whole day of them is sealed."""
    days = _whole_days(conditions, DaySum.newest_day(events.db))
    if days is None:
        return None
    sums = DaySum.objects.using(events.db).filter(day__lt=days.until, **conditions.kind)
    if days.first is not None:
        sums = sums.filter(day__gte=days.first)
    open_days = _open_days(conditions, days, events.db)
    if conditions.newest is not None:
        sums = sums.filter(first_id__lte=conditions.newest)
    rest = [Rest(stretch.put_on(events), stretch.end) for stretch in _stretches(conditions, days, open_days)]
    return Split(sums.exclude(day__in=open_days), rest, days.until)


class Days(NamedTuple):
    """From `first` on, or from the beginning, and before `until`."""

    first: date | None
    until: date


def _whole_days(conditions: Conditions, newest: date | None) -> Days | None:
    """Return the sealed days that lie wholly between `start` and `end`, None if there are none."""
    if newest is None:
        return None
    until = next_day(newest)
    if conditions.end is not None:
        until = min(until, conditions.end.date())
    if conditions.start is None:
        return Days(None, until)
    first = conditions.start.date()
    if first >= until:
        return None
    if conditions.start > start_of(first):
        first = next_day(first)
    return Days(first, until) if first < until else None


def _open_days(conditions: Conditions, days: Days, using: str) -> list[date]:
    """Return the days of which a sum does not tell, newest first: touched since, or of ids on both sides of the newest that counts."""
    sums = DaySum.objects.using(using).filter(**conditions.kind).values_list("day", flat=True)
    found = sums.filter(is_touched=True)
    if conditions.newest is not None:  # a union, and no more conditions: each part by its own index
        found = found.union(sums.filter(last_id__gt=conditions.newest, first_id__lte=conditions.newest))
    first = days.first or date.min
    return sorted({day for day in found if first <= day < days.until}, reverse=True)


def _stretches(conditions: Conditions, days: Days, open_days: Sequence[date]) -> Iterator[Conditions]:
    """Yield what is not told by sums, newest first: what follows the whole days, those that are open, what goes before them."""
    after = start_of(days.until)
    if conditions.end is None or after < conditions.end:
        yield replace(conditions, start=after)
    for first, last in _runs(open_days):
        yield replace(conditions, start=start_of(first), end=start_of(next_day(last)))
    if days.first is not None and conditions.start is not None and conditions.start < start_of(days.first):
        yield replace(conditions, end=start_of(days.first))


def _runs(days: Sequence[date]) -> Iterator[tuple[date, date]]:
    """Yield the first and the last of days that follow one another; `days` begin with the last."""
    first = last = None
    for day in days:
        if first is not None and last is not None and next_day(day) != first:
            yield first, last
            last = day
        first, last = day, last or day
    if first is not None and last is not None:
        yield first, last
