"""The sums of days, held against the events that they were counted from."""

from collections.abc import Iterator
from datetime import date

from tracking.models import DaySum, TrackingEvent
from tracking.models.day_sum import next_day
from tracking.verification.finding import Finding
from tracking.verification.snapshot import snapshot


def wrong_sums() -> Iterator[Finding]:
    """Yield the sums that are not what the events of their day come to. Each day is read from a snapshot of its own."""
    day: date | None = date.min
    while day is not None:
        with snapshot():
            day = _next_sealed(day)
            found = [] if day is None else list(_compare(day))
        yield from found
        day = day and next_day(day)


def _next_sealed(start: date) -> date | None:
    """Return the first sealed day from `start` on that has events, or sums; None if there is none."""
    newest = DaySum.newest_day()
    counted = DaySum.objects.filter(day__gte=start).order_by("day").values_list("day", flat=True).first()
    happened = TrackingEvent.objects.first_day(start)
    days = [day for day in (counted, happened) if day is not None and newest is not None and day <= newest]
    return min(days, default=None)


def _compare(day: date) -> Iterator[Finding]:
    kept = {row.kind: row for row in DaySum.objects.filter(day=day)}
    right = {row.kind: row for row in TrackingEvent.objects.sums_of(day)}
    for kind in sorted({*kept, *right}):
        was, should_be = kept.get(kind) or DaySum(), right.get(kind) or DaySum()
        if not was.is_touched and was.numbers != should_be.numbers:
            detail = f"{was.numbers} was counted, it is {should_be.numbers}; manage.py seal_days --anew counts again"
            yield Finding("day_sum", f"{day} {' '.join(kind)}: {detail}")
