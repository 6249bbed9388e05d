"""Charts of made-up periods, and what a test asks of them."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from tracking.admin.charts.acts import acts_chart
from tracking.admin.charts.points import points_chart
from tracking.summary.interval import Interval
from tracking.summary.summary import Period

BERLIN = ZoneInfo("Europe/Berlin")
HUGE = 10**15


def make_periods(acts, interval=Interval.DAY, first=date(2026, 3, 2)):
    periods = []
    for number in acts:
        periods.append(Period(datetime.combine(first, time.min, BERLIN), acts=number))
        first = interval.next(first)
    return periods


def make_acts_chart(acts, interval=Interval.DAY):
    return acts_chart(make_periods(acts, interval), interval)


def make_points_chart(points, start=0, interval=Interval.DAY):
    """None: a period without events."""
    periods = make_periods([0 if value is None else 1 for value in points], interval)
    known = {period.start: value for period, value in zip(periods, points, strict=True) if value is not None}
    return points_chart(periods, known, interval, start)
