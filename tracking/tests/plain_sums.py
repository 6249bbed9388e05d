"""The trail's own sums, in plain Python: what every summary, chart and export is held against."""

from datetime import datetime, time, timedelta

from tracking.models import TrackingEvent
from tracking.models.kinds import LEGAL_ACTIONS

SIGNS = {"task": ("good", 1), "penalty": ("not_good", -1), "reward": ("spent", -1)}


def rows_now():
    return list(TrackingEvent.objects.order_by("occurred_at", "created_at", "id").values())


def net(rows):
    return {
        name: sum(sign * row["delta"] for row in rows if row["entity_type"] == kind)
        for kind, (name, sign) in SIGNS.items()
    }


def totals(rows):
    return {
        kind.value: {action.value: _total(rows, kind, action) for action in actions}
        for kind, actions in LEGAL_ACTIONS.items()
    }


def _total(rows, kind, action):
    deltas = [row["delta"] for row in rows if (row["entity_type"], row["action"]) == (kind, action)]
    return {"count": len(deltas), "points": sum(map(abs, deltas))}


def series(rows, interval, zone):
    """The start of each interval from the first row's to the last one's, the start of the next, and the rows between."""
    if not rows:
        return []
    days = [_first_day(row["occurred_at"].astimezone(zone).date(), interval) for row in rows]
    found, day = [], min(days)
    while day <= max(days):
        then = _first_day(day + timedelta(days={"day": 1, "week": 7, "month": 31}[interval]), interval)
        within = [row for row, its_day in zip(rows, days, strict=True) if its_day == day]
        found.append((start_of(day, zone), start_of(then, zone), within))
        day = then
    return found


def start_of(day, zone):
    return datetime.combine(day, time(), zone)


def _first_day(day, interval):
    if interval == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if interval == "month" else day


class History:
    """All that ever happened, `kept` of which was not purged since."""

    def __init__(self, rows, kept):
        self.rows = rows
        self._kept = {row["id"] for row in kept}

    def balance(self, child_id, moment=None):
        """Before that moment, or now; None where only what was purged could tell."""
        rows = [row for row in self.rows if row["child_id"] == child_id]
        before = [row for row in rows if moment is None or row["occurred_at"] < moment]
        purged = [row for row in rows if row["id"] not in self._kept]
        if purged and (not before or before[-1]["sequence"] < purged[-1]["sequence"]):
            return None
        return before[-1]["points_after"] if before else 0
