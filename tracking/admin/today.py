"""What the front page of the admin site tells of the trail."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from children import clock
from children.models import User
from tracking.admin.links import trail_of_day
from tracking.admin.names import look_up_names
from tracking.models import TrackingEvent
from tracking.summary.interval import Interval, midnight
from tracking.summary.summary import Summary, summarize

SHOWN = 10


@dataclass(frozen=True)
class Today:
    """The day of the site's time zone: what its acts come to, and the newest of them."""

    day: date
    zone: str
    summary: Summary
    newest: Sequence[TrackingEvent]
    trail: str


def todays_acts(reader: User) -> Today:
    zone = timezone.get_current_timezone()
    day = timezone.localdate(clock.now())
    start, end = midnight(day, zone), midnight(day + timedelta(days=1), zone)
    events = TrackingEvent.objects.visible_to(reader).filter(occurred_at__gte=start, occurred_at__lt=end)
    newest = list(events.newest_first()[:SHOWN])
    look_up_names(newest)
    return Today(
        day=day,
        zone=timezone.get_current_timezone_name(),
        summary=summarize(events, Interval.DAY, zone, (start, end)),
        newest=newest,
        trail=trail_of_day(day),
    )
