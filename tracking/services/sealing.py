"""Counting days that are over, once, for the lists that would count their events again and again.

A day is opened first, while nobody writes, and that takes no time: from then on whatever comes to it late, or is purged from it, marks its sums
(`tracking.guards`). Then it is counted while acts go on, as any day that was marked.
"""

import logging
from collections.abc import Iterator
from datetime import date, timedelta

from django.db import OperationalError, connection
from psycopg.errors import LockNotAvailable

from children import clock
from tracking.models import DaySum, TrackingEvent
from tracking.models.day_sum import next_day
from tracking.models.kinds import LEGAL_ACTIONS
from tracking.services.turns import turn

AGE = timedelta(hours=1)  # of a day that is sealed, since it was over
PATIENCE = "300ms"  # to wait for those who write, while who comes next waits behind; then another round does it

logger = logging.getLogger(__name__)


def seal_days() -> Iterator[date]:
    """Seal the days that are old enough, and those that were touched since they were. Yields each, after its transaction.

    Safe to interrupt, and while others act, or seal. Ends early where writers do not end soon.
    """
    try:
        while day := _touched_day() or _open_next():
            _count(day)
            yield day
    except OperationalError as error:
        if not _is_locked(error):
            raise
        logger.warning("Days are counted later: %s", error)


def touch_days() -> None:
    """Have all that was counted be counted anew; until then lists count live."""
    newest, start = DaySum.newest_day(), date.min
    while newest and (day := TrackingEvent.objects.first_day(start)) and day <= newest:
        _open(day)
        start = next_day(day)
    DaySum.objects.update(is_touched=True)


def _is_locked(error: OperationalError) -> bool:
    return isinstance(error.__cause__, LockNotAvailable) or "locked" in str(error)


def _touched_day() -> date | None:
    return DaySum.objects.filter(is_touched=True).order_by("day").values_list("day", flat=True).first()


@turn()
def _open_next() -> date | None:
    """Open the first day with events after those that are sealed, if it is old enough."""
    _keep_writers_out()
    newest = DaySum.newest_day()
    day = TrackingEvent.objects.first_day(date.min if newest is None else next_day(newest))
    if day is None or day >= (clock.now() - AGE).date():
        return None
    _open(day)
    return day


def _open(day: date) -> None:
    """Make the sums that the day lacks, to be counted."""
    DaySum.objects.bulk_create(
        (
            DaySum(day=day, entity_type=kind, action=action, is_touched=True)
            for kind, actions in LEGAL_ACTIONS.items()
            for action in actions
        ),
        ignore_conflicts=True,
    )


def _keep_writers_out() -> None:
    """Until the transaction ends: an act that is still open when its day is counted would be missing for ever.

    SQLite has one writer anyway.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{PATIENCE}'")
            cursor.execute(f"LOCK TABLE {TrackingEvent._meta.db_table} IN SHARE ROW EXCLUSIVE MODE")


@turn()
def _count(day: date) -> None:
    """Hold its sums first: who comes late has marked them before, and is counted, or marks them after.

    Raises OperationalError where somebody else holds them: two that waited for one another would never end.
    """
    rows = list(DaySum.objects.filter(day=day).select_for_update(nowait=True))
    counted = {row.kind: row for row in TrackingEvent.objects.sums_of(day)}
    for row in rows:
        row.copy(counted.get(row.kind) or DaySum())
    DaySum.objects.bulk_update(rows, [*DaySum.COUNTED, "is_touched"])
