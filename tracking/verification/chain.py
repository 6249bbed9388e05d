from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from children.models import Child
from tracking.models import Purge
from tracking.verification.finding import Finding
from tracking.verification.told import Told


@dataclass(frozen=True)
class Gap:
    """Numbers that no event of a child has, `first` to `last`; between which moments they were given (None: no bound), and from
    which balance to which they led.
    """

    first: int
    last: int
    after: datetime | None
    before: datetime | None
    start: int
    end: int

    @property
    def size(self) -> int:
        return self.last - self.first + 1

    def holds(self, sequence: int | None, moment: datetime | None) -> bool:
        """Whether the missing event of that sequence, or else of that moment, is one of these."""
        if sequence is not None:
            return self.first <= sequence <= self.last
        if moment is None:
            return False
        return (self.after is None or moment > self.after) and (self.before is None or moment < self.before)


class Chain:
    """The events of one child, link by link: each goes on where the one before ended, the first where the purged ones did."""

    def __init__(self, child: Child, purge: Purge | None) -> None:
        self.child = child
        self.last: Told | Purge | None = purge
        self.gaps: list[Gap] = []

    def has_passed(self, sequence: int) -> bool:
        return self.last is not None and self.last.sequence >= sequence

    def add(self, event: Told) -> Iterator[Finding]:
        self._leave_gap(event.sequence, event.occurred_at, event.points_before)
        for detail in self._breaks(event):
            yield self._finding("continuity", detail, event.sequence)
        self.last = event

    def end(self) -> Iterator[Finding]:
        """Hold the last link against the child's balance."""
        child, last = self.child, self.last
        sequence, points = (last.sequence, last.points_after) if last else (0, 0)
        if sequence > child.sequence:
            yield self._finding("sequence", f"the child has made {child.sequence} acts only", sequence)
        if sequence >= child.sequence and child.points != points:
            yield self._finding("points", f"the child has {child.points}, its trail says {points}")
        self._leave_gap(child.sequence + 1, None, child.points)
        if last and (child.family.last_act_at is None or child.family.last_act_at < last.occurred_at):
            yield self._finding("continuity", "it occurred after the family's last act", last.sequence)

    def _leave_gap(self, before: int, moment: datetime | None, points: int) -> None:
        """Note what is missing between the last event and what comes next: the event of that number, or the child as it is."""
        last = self.last
        sequence, ended = (last.sequence, last.points_after) if last else (0, 0)
        if before > sequence + 1:
            after = last.occurred_at if last else None
            self.gaps.append(Gap(sequence + 1, before - 1, after, moment, ended, points))

    def _breaks(self, event: Told) -> Iterator[str]:
        if event.points_after - event.points_before != event.delta:
            yield f"{event.points_before} to {event.points_after} is not {event.delta:+}"
        if event.family_id != self.child.family_id:
            yield f"it names family {event.family_id}"
        if self.last is None:
            if event.sequence == 1 and event.points_before != 0:
                yield f"the first event begins at {event.points_before}, not at 0"
        else:
            yield from breaks_between(self.last, event)

    def _finding(self, check: str, detail: str, sequence: int | None = None) -> Finding:
        return Finding(check, detail, self.child.family_id, self.child.pk, sequence)


def breaks_between(earlier: Told | Purge, later: Told) -> Iterator[str]:
    """Say where `later` does not go on from `earlier`, which another event of the child may stand between."""
    if later.sequence == earlier.sequence + 1 and later.points_before != earlier.points_after:
        yield f"it begins at {later.points_before}, the one before ended at {earlier.points_after}"
    if later.occurred_at <= earlier.occurred_at:
        yield "it did not occur later than the one before"
