"""What a child's page of the admin site tells of its trail."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo

from django.utils import timezone

from children import clock
from children.models import Child
from tracking.admin.charts.chart import Chart
from tracking.admin.charts.points import points_chart
from tracking.admin.links import trail_of_child
from tracking.admin.names import look_up_names
from tracking.models import TrackingEvent
from tracking.models.event_queryset import TrackingEventQuerySet
from tracking.summary.balances import balances
from tracking.summary.interval import Interval, midnight
from tracking.summary.summary import Period, summarize

DAYS, SHOWN = 90, 10


@dataclass(frozen=True)
class ChildTrail:
    """The child's balance day by day in the site's time zone, and its newest acts."""

    days: int
    chart: Chart
    newest: Sequence[TrackingEvent]
    trail: str


def trail_of(child: Child) -> ChildTrail:
    events = TrackingEvent.objects.filter(child_id=child.pk)
    newest = list(events.newest_first()[:SHOWN])
    look_up_names(newest)
    return ChildTrail(DAYS, _chart(child, events), newest, trail_of_child(child.pk))


def _chart(child: Child, events: TrackingEventQuerySet) -> Chart:
    """Of the last days, from the first act in them on."""
    zone, today = timezone.get_current_timezone(), timezone.localdate(clock.now())
    start, end = midnight(today - timedelta(days=DAYS - 1), zone), midnight(today + timedelta(days=1), zone)
    lately = events.filter(occurred_at__gte=start, occurred_at__lt=end)
    periods = summarize(lately, Interval.DAY, zone, (start, end)).periods
    before = lately.order_by("occurred_at").values_list("points_before", flat=True).first()
    return points_chart(_up_to(today, periods, zone), balances(child.pk, periods), Interval.DAY, before or 0)


def _up_to(today: date, periods: Sequence[Period], zone: tzinfo) -> list[Period]:
    """With the days since then on which nothing happened."""
    days = list(periods)
    while days and days[-1].start.date() < today:
        days.append(Period(midnight(Interval.DAY.next(days[-1].start.date()), zone)))
    return days
