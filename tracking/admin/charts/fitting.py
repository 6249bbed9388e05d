from datetime import datetime, timedelta

from tracking.summary.interval import Interval

MOST_PERIODS = 62


def fitting_interval(first: datetime, last: datetime) -> Interval:
    """Return the shortest interval of which not too many lie between both."""
    if last - first <= timedelta(days=MOST_PERIODS):
        return Interval.DAY
    return Interval.WEEK if last - first <= timedelta(weeks=MOST_PERIODS) else Interval.MONTH
