"""Fill a database that was migrated and is empty, by SQL alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from time import perf_counter

from django.db import connection

from children import guards
from children.models import Child, Family, User
from tracking.benchmarks.big.bare import bare, tidy
from tracking.benchmarks.big.events import insert
from tracking.benchmarks.big.homes import CHILDREN, go_on_after, make_children, make_homes
from tracking.models import TrackingEvent

SPAN = timedelta(days=5 * 365)  # whatever the number: five and a half acts a day of each family, if there are millions
OF_A_FAMILY = 10_000


def fill(events: int) -> dict[str, float]:
    """Make as many events, up to now, of a family for each ten thousand. Returns how long each step took, in seconds."""
    took: dict[str, float] = {}
    families, end = max(1, events // OF_A_FAMILY), datetime.now(UTC)
    with _unguarded():
        with _timed(took, "homes"):
            make_homes(families, end)
        with bare(TrackingEvent._meta.db_table) as dress:
            with _timed(took, "events"):
                insert(events, children=CHILDREN * families, span=SPAN, end=end)
            with _timed(took, "indexes"):
                dress()
        with _timed(took, "children"):
            make_children(_balances())
    go_on_after(Family, Child, User, TrackingEvent)
    with _timed(took, "tidying"):
        tidy()
    return took


@contextmanager
def _unguarded() -> Iterator[None]:
    """They look at each row, which is not what is measured."""
    guards.lift(connection)
    yield
    guards.install(connection)


@contextmanager
def _timed(took: dict[str, float], step: str) -> Iterator[None]:
    began = perf_counter()
    yield
    took[step] = perf_counter() - began


def _balances() -> list[tuple[int, int, int]]:
    """Each child's id, and its last event's sequence and points."""
    events = TrackingEvent.objects.order_by("child_id", "-sequence")
    children = range(1, (events.values_list("child_id", flat=True).last() or 0) + 1)
    last = (events.filter(child_id=child).values_list("child_id", "sequence", "points_after")[0] for child in children)
    return [*last]
