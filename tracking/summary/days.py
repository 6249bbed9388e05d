"""Days as the database reckons them. It is told how far the zone's clocks are ahead: its own zones may be of another year, or of another name."""

from collections.abc import Sequence
from datetime import timedelta

from django.db.models import Case, DateField, Expression, F, Value, When

from tracking.models.functions import OnBoth
from tracking.summary.offsets import Offset


def day_of(field: str, offsets: Sequence[Offset]) -> Expression:
    """The day of a zone in which the moment lies, by what that zone's clocks are ahead until when."""
    if all(offset.ahead == timedelta() for offset in offsets):
        return _DayInUTC(F(field))
    *changes, last = (Value(f"{offset.ahead.total_seconds():.0f} seconds") for offset in offsets)
    untils = [{f"{field}__lt": offset.until} for offset in offsets[:-1]]
    cases = [When(**until, then=ahead) for until, ahead in zip(untils, changes, strict=True)]
    return _DayAhead(F(field), Case(*cases, default=last) if cases else last)


class Day(OnBoth):
    output_field = DateField()


class _DayInUTC(Day):
    sqlite = "SUBSTR(%(expressions)s, 1, 10)", ""
    postgresql = "(%(expressions)s AT TIME ZONE 'UTC')::date", ""


class _DayAhead(Day):
    # Of whole seconds: SQLite would round the last one of a day up to the next.
    sqlite = "DATE(SUBSTR(%(expressions)s)", ", 1, 19), "
    postgresql = "((%(expressions)s)::interval)::date", " AT TIME ZONE 'UTC') + ("


class FirstOfWeek(Day):
    sqlite = "DATE(%(expressions)s, 'weekday 0', '-6 days')", ""
    postgresql = "DATE_TRUNC('week', (%(expressions)s)::timestamp)::date", ""


class FirstOfMonth(Day):
    sqlite = "SUBSTR(%(expressions)s, 1, 7) || '-01'", ""
    postgresql = "DATE_TRUNC('month', (%(expressions)s)::timestamp)::date", ""
