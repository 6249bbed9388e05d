from datetime import date, datetime, time, timedelta, tzinfo

from django.db.models import Expression, F, TextChoices
from django.utils.translation import gettext_lazy as _

from tracking.summary.days import FirstOfMonth, FirstOfWeek


class Interval(TextChoices):
    """A day, a week from Monday on (ISO 8601), or a month, of a time zone."""

    DAY = "day", _("day")
    WEEK = "week", _("week")
    MONTH = "month", _("month")

    def first_day(self, day: Expression | F) -> Expression | F:
        """An expression: the first day of the interval in which the day lies."""
        if self is Interval.WEEK:
            return FirstOfWeek(day)
        return FirstOfMonth(day) if self is Interval.MONTH else day

    def next(self, first_day: date) -> date:
        """Return the first day of the interval after that one."""
        if self is Interval.MONTH:
            return (first_day + timedelta(days=31)).replace(day=1)
        return first_day + timedelta(days=7 if self is Interval.WEEK else 1)


def midnight(day: date, zone: tzinfo) -> datetime:
    """Return the moment at which the day begins in that zone."""
    return datetime.combine(day, time.min, zone)
