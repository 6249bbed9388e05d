from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo

from tracking.models.event_queryset import TrackingEventQuerySet as Events
from tracking.models.kinds import LEGAL_ACTIONS, Action, EntityType
from tracking.summary.groups import Span, groups
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
        name = NET[kind]
        setattr(self, name, getattr(self, name) + net)


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


def summarize(events: Events, interval: Interval, zone: tzinfo, span: Span | None = None) -> Summary:
    """Add up the events: all together, and by intervals of that time zone. All occurred within `span`, if that is known."""
    summary, periods = Summary(), _Periods(interval, zone)
    for first_day, kind, action, acts, change, last in groups(events, interval, zone, span):
        net = change if kind == GIVES else -change
        total = summary.totals[kind][action]
        total.count += acts
        total.points += -net if action == UNDOES else net
        periods.at(first_day).add(kind, acts=acts, net=net, last=last)
    summary.periods = list(periods)
    return summary


class _Periods:
    def __init__(self, interval: Interval, zone: tzinfo) -> None:
        self._interval, self._zone = interval, zone
        self._by_day: dict[date, Period] = {}

    def at(self, first_day: date) -> Period:
        period = self._by_day.get(first_day)
        if period is None:
            period = self._by_day[first_day] = Period(midnight(first_day, self._zone))
        return period

    def __iter__(self) -> Iterator[Period]:
        """Those without events too."""
        if self._by_day:
            day, last = min(self._by_day), max(self._by_day)
            while day < last:
                yield self.at(day)
                day = self._interval.next(day)
            yield self.at(last)
