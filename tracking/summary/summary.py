from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import Any

from django.db.models import Count, Max, QuerySet, Sum

from tracking.models import TrackingEvent
from tracking.models.event import LEGAL_ACTIONS, Action, EntityType
from tracking.summary.interval import Interval, midnight

GIVES = EntityType.TASK  # penalties and rewards take
UNDOES = Action.CANCELLED
NET = {EntityType.TASK: "good", EntityType.PENALTY: "not_good", EntityType.REWARD: "spent"}


@dataclass
class Total:
    """How many events, and how many points they gave or took: a magnitude."""

    count: int = 0
    points: int = 0


@dataclass
class Period:
    """What happened in one interval. Points are magnitudes, less what was undone or refunded in that time.

    They are below zero where more was undone than done. `last` is the highest sequence: of one child's events it is the last one's.
    """

    start: datetime
    acts: int = 0
    good: int = 0
    not_good: int = 0
    spent: int = 0
    last: int = 0

    def add(self, kind: EntityType, *, acts: int, net: int, last: int) -> None:
        self.acts += acts
        self.last = max(self.last, last)
        setattr(self, NET[kind], getattr(self, NET[kind]) + net)


@dataclass
class Summary:
    """Of any events. `periods` run from that of the first event to that of the last, those without events included."""

    totals: dict[EntityType, dict[Action, Total]] = field(
        default_factory=lambda: {
            kind: {action: Total() for action in actions} for kind, actions in LEGAL_ACTIONS.items()
        }
    )
    periods: list[Period] = field(default_factory=list)

    @property
    def acts(self) -> int:
        return sum(period.acts for period in self.periods)

    @property
    def good(self) -> int:
        """Points from tasks, less those of tasks that were undone."""
        return sum(period.good for period in self.periods)

    @property
    def not_good(self) -> int:
        """Points that penalties took, less those of penalties that were undone."""
        return sum(period.not_good for period in self.periods)

    @property
    def spent(self) -> int:
        """Points spent on rewards, less those that were refunded."""
        return sum(period.spent for period in self.periods)


def summarize(events: QuerySet[TrackingEvent], interval: Interval, zone: tzinfo) -> Summary:
    """Add up the events, in one query: all together, and by intervals of that time zone."""
    summary, periods = Summary(), _Periods(interval, zone)
    for row in _sums(events, interval, zone):
        kind, action = EntityType(row["entity_type"]), Action(row["action"])
        net = int(row["change"]) * (1 if kind is GIVES else -1)
        total = summary.totals[kind][action]
        total.count += row["acts"]
        total.points += -net if action is UNDOES else net
        periods.at(row["first_day"]).add(kind, acts=row["acts"], net=net, last=row["last"])
    summary.periods = list(periods)
    return summary


def _sums(events: QuerySet[TrackingEvent], interval: Interval, zone: tzinfo) -> Iterable[Any]:
    groups = events.order_by().values("entity_type", "action", first_day=interval.first_day(zone))
    return groups.annotate(acts=Count("pk"), change=Sum("delta"), last=Max("sequence"))


class _Periods:
    def __init__(self, interval: Interval, zone: tzinfo) -> None:
        self._interval, self._zone = interval, zone
        self._by_day: dict[date, Period] = {}

    def at(self, first_day: date) -> Period:
        return self._by_day.setdefault(first_day, Period(midnight(first_day, self._zone)))

    def __iter__(self) -> Iterator[Period]:
        """Those without events too."""
        if self._by_day:
            day, last = min(self._by_day), max(self._by_day)
            while day < last:
                yield self.at(day)
                day = self._interval.next(day)
            yield self.at(last)
