"""What stands above the list: what the events of the current filter come to, and a picture of them."""

from dataclasses import dataclass

from django.db.models import Max, Min, QuerySet
from django.utils import timezone

from tracking.admin.charts.acts import acts_chart
from tracking.admin.charts.chart import Chart
from tracking.admin.charts.fitting import fitting_interval
from tracking.admin.charts.points import points_chart
from tracking.models import TrackingEvent
from tracking.summary.balances import balances
from tracking.summary.interval import Interval
from tracking.summary.summary import Summary, summarize

AT_ONCE = 20_000  # events; to add up more takes so long that it must be asked for

Events = QuerySet[TrackingEvent]


@dataclass(frozen=True)
class Panel:
    """`balance` is what the one child had after these events; None for several."""

    summary: Summary
    chart: Chart
    balance: int | None = None


def panel_of(events: Events, child_id: int | None, drawn: Events) -> Panel | None:
    """Add up the events of the current filter, and draw them; if that is of one child, all of its events in that time instead.

    None if there are none to draw.
    """
    first, last = drawn.aggregate(first=Min("occurred_at"), last=Max("occurred_at")).values()
    if first is None:
        return None
    zone = timezone.get_current_timezone()
    interval = fitting_interval(first.astimezone(zone), last.astimezone(zone))
    summary = summarize(events, interval, zone)
    if child_id is None:
        return Panel(summary, acts_chart(summary.periods, interval))
    return _of_child(summary, child_id, drawn, interval)


def _of_child(summary: Summary, child_id: int, events: Events, interval: Interval) -> Panel:
    periods = summarize(events, interval, timezone.get_current_timezone()).periods
    before = events.order_by("occurred_at", "created_at", "id").values_list("points_before", flat=True).first() or 0
    ends = balances(child_id, periods)
    chart = points_chart(periods, ends, interval, before)
    return Panel(summary, chart, next(reversed(ends.values()), None))
