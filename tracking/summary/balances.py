from collections.abc import Sequence
from datetime import datetime

from children.models import Child
from tracking.models import Purge, TrackingEvent
from tracking.summary.summary import Period


def balance_at(child_id: int, moment: datetime | None = None) -> int | None:
    """Return what the trail says that the child had right before `moment`, or has now.

    None if that is not known: its events of that time were purged, or there never was such a child.
    """
    events = TrackingEvent.objects.filter(child_id=child_id)
    if moment is not None:
        events = events.filter(occurred_at__lt=moment)
    points = events.newest_first().values_list("points_after", flat=True).first()
    return _before_all_events(child_id, moment) if points is None else points


def balances(child_id: int, periods: Sequence[Period]) -> dict[datetime, int]:
    """Return the child's balance at the end of each period, by its start. The periods are those of all events of the child in some time.

    One whose last event was purged meanwhile is left out.
    """
    ends = TrackingEvent.objects.filter(child_id=child_id, sequence__in={period.last for period in periods})
    points = dict(ends.values_list("sequence", "points_after"))
    found: dict[datetime, int] = {}
    balance = None
    for period in periods:
        balance = points.get(period.last) if period.acts else balance
        if balance is not None:
            found[period.start] = balance
    return found


def _before_all_events(child_id: int, moment: datetime | None) -> int | None:
    purge = Purge.objects.filter(child_id=child_id).first()
    if purge is not None:
        return purge.points_after if moment is None or purge.occurred_at < moment else None
    return 0 if Child.objects.filter(pk=child_id).exists() else None
