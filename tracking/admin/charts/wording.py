"""Periods, numbers and the sentences of charts, in the reader's language."""

from collections.abc import Sequence
from datetime import date, timedelta

from django.utils.formats import date_format, get_format, number_format
from django.utils.translation import get_language_bidi, gettext

from tracking.summary.interval import Interval
from tracking.summary.summary import Period

ISOLATE, END = "\u2068", "\u2069"  # Unicode's, of a piece of text that has a direction of its own


def number(value: int) -> str:
    """Thousands apart."""
    return _isolated(number_format(value, force_grouping=True))


def name(period: Period, interval: Interval) -> str:
    """Of a period by itself, as in the table: a day, the week of a day, a month."""
    if interval is Interval.WEEK:
        return _isolated(gettext("Week of %(day)s") % {"day": _day(period.start)})
    if interval is Interval.MONTH:
        return _isolated(date_format(period.start, "YEAR_MONTH_FORMAT"))
    return _day(period.start)


def short_name(period: Period, interval: Interval) -> str:
    """Of a period among others, below the axis. Days need no year, they span three months at most."""
    styles = {Interval.DAY: "MONTH_DAY_FORMAT", Interval.WEEK: "DATE_FORMAT", Interval.MONTH: "YEAR_MONTH_FORMAT"}
    return date_format(period.start, get_format(styles[interval]).replace("F", "M"))  # the month abbreviated


def time_span(periods: Sequence[Period], interval: Interval) -> str:
    first, last = periods[0].start.date(), _last_day(periods[-1], interval)
    if first == last:
        return _day(first)
    return gettext("%(first)s to %(last)s") % {"first": _day(first), "last": _day(last)}


def _day(day: date) -> str:
    return _isolated(date_format(day, "DATE_FORMAT"))


def _last_day(period: Period, interval: Interval) -> date:
    return interval.next(period.start.date()) - timedelta(days=1)


def _isolated(text: str) -> str:
    """In right-to-left languages, apart from the words around it: its minus sign and their order stay in place."""
    return f"{ISOLATE}{text}{END}" if get_language_bidi() else text
