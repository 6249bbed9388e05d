"""What stands above the list: what the events of the current filter come to, and a picture of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from tracking.admin.charts.acts import acts_chart
from tracking.admin.charts.chart import Chart
from tracking.admin.charts.fitting import fitting_interval
from tracking.admin.charts.points import points_chart
from tracking.models.event_queryset import TrackingEventQuerySet as Events
from tracking.summary.balances import balances
from tracking.summary.groups import one_by_one, span_of
from tracking.summary.interval import Interval
from tracking.summary.summary import Period, Summary, summarize

AT_ONCE = 20_000  # events; to read more takes so long that it must be asked for
SCATTERED = 8_000  # likewise, of those that stand all over the table, as a family's do


@dataclass(frozen=True)
class Panel:
    """`balance` is what the one child had after these events; None for several."""

    summary: Summary
    chart: Chart
    balance: int | None = None


def takes_long(events: Events, count: int, *, is_scattered: bool) -> bool:
    """Whether to add up the events, of which there are `count`, must be asked for."""
    most = SCATTERED if is_scattered else AT_ONCE
    return count > most and one_by_one(events, timezone.get_current_timezone(), count) > most


def panel_of(events: Events, child_id: int | None, drawn: Events) -> Panel | None:
    """Add up the events of the current filter, and draw them; if that is of one child, all of its events in that time instead.

    `drawn` is `events` itself where these are the same. None if there are none to draw.
    """
    span = span_of(drawn)
    if span is None:
        return None
    zone = timezone.get_current_timezone()
    interval = fitting_interval(*(moment.astimezone(zone) for moment in span))
    summary = summarize(events, interval, zone, span)
    if child_id is None:
        return Panel(summary, acts_chart(summary.periods, interval))
    periods = summary.periods if drawn is events else summarize(drawn, interval, zone, span).periods
    return _of_child(summary, child_id, drawn, periods, interval)


def _of_child(summary: Summary, child_id: int, events: Events, periods: Sequence[Period], interval: Interval) -> Panel:
    oldest_first = events.order_by("occurred_at", "created_at", "id")
    before = oldest_first.values_list("points_before", flat=True).first() or 0
    ends = balances(child_id, periods)
    chart = points_chart(periods, ends, interval, before)
    return Panel(summary, chart, next(reversed(ends.values()), None))
