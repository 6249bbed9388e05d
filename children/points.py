"""The only writer of points. What it writes, the guard on the child's row lets through; nothing else is."""

from dataclasses import dataclass
from datetime import datetime

from children import clock
from children.models import Child


@dataclass(frozen=True)
class PointsChange:
    """What one act did to a child's points, and as which of its acts: 1, 2, 3 ..."""

    before: int
    after: int
    sequence: int
    occurred_at: datetime

    @property
    def delta(self) -> int:
        return self.after - self.before


def change_points(child: Child, delta: int, *, reserve: int = 0) -> PointsChange:
    """Add `delta` to the points and `reserve` to the reserved ones, as the child's next act; either may be negative or 0.

    The child comes from `lock_child`. The clock is read here, under the lock.
    """
    occurred_at = clock.tick(child.family)
    before = child.points
    child.points += delta
    child.reserved += reserve
    child.sequence += 1
    child.save(update_fields=["points", "reserved", "sequence"])
    return PointsChange(before, child.points, child.sequence, occurred_at)


def floored(child: Child, delta: int) -> int:
    """Return how much of `delta` the family's floor lets happen: nothing is taken that is not there."""
    if delta >= 0 or not child.family.floor_at_zero:
        return delta
    return -min(-delta, max(child.points, 0))
