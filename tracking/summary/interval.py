from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import DateField, TextChoices
from django.db.models.functions import Trunc
from django.utils.translation import gettext_lazy as _

# Zones whose names PostgreSQL takes for abbreviations, without summer time: by names that it does not.
LONG_NAMES = {"CET": "Europe/Brussels", "MET": "Europe/Brussels", "EET": "Europe/Athens", "WET": "Europe/Lisbon"}


class Interval(TextChoices):
    """A day, a week from Monday on (ISO 8601), or a month, of a time zone."""

    DAY = "day", _("day")
    WEEK = "week", _("week")
    MONTH = "month", _("month")

    def first_day(self, zone: tzinfo) -> Any:
        """An expression: the first day of the interval in which an event occurred."""
        long_name = LONG_NAMES.get(str(zone))
        named = ZoneInfo(long_name) if long_name else zone
        return Trunc("occurred_at", self.value, tzinfo=named, output_field=DateField())

    def next(self, first_day: date) -> date:
        """Return the first day of the interval after that one."""
        if self is Interval.MONTH:
            return (first_day + timedelta(days=31)).replace(day=1)
        return first_day + timedelta(days=7 if self is Interval.WEEK else 1)


def midnight(day: date, zone: tzinfo) -> datetime:
    """Return the moment at which the day begins in that zone."""
    return datetime.combine(day, time.min, zone)
