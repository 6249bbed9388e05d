from collections.abc import Iterable, Iterator
from dataclasses import replace

from children.models import Child
from tracking.models import Purge
from tracking.models.kinds import Action
from tracking.verification.acts import Act
from tracking.verification.chain import Gap
from tracking.verification.finding import Finding
from tracking.verification.missing import acts_in, can_give
from tracking.verification.purged import is_purged
from tracking.verification.told import Told

NAMED = 20  # acts of one gap, at most


class Ledger:
    """Acts of one child, crossed out as events tell them. Moments are as good as numbers: no two of a family are the same."""

    def __init__(self, child: Child, acts: Iterable[Act]) -> None:
        self.child = child
        self.open: dict[object, Act] = {}
        self.twins: list[Act] = []  # of which one event cannot tell
        for act in acts:
            if self.open.setdefault(act.sequence or act.moment, act) is not act:
                self.twins.append(act)

    def cross_out_purged(self, purge: Purge) -> list[Act]:
        """Take off, and return, the acts whose events were purged."""
        purged = {key: act for key, act in self.open.items() if is_purged(act, purge)}
        self.open = {key: act for key, act in self.open.items() if key not in purged}
        return list(purged.values())

    def cross_out(self, event: Told) -> Iterator[Finding]:
        """Find the act of an event."""
        act = self.open.pop(event.sequence, None) or self.open.pop(event.occurred_at, None)
        if act is None:
            yield self._finding("no_act", f"no act is known of the event {event}", event.sequence)
            return
        if differences := ", ".join(act.differences(event)):
            yield self._finding("differs", f"{act}: {differences}", event.sequence)
        if act.action == Action.REDEEMED:
            self._was_not_asked_for(act, event)

    def end(self, gaps: list[Gap]) -> Iterator[Finding]:
        """Name what is missing: each gap with the acts that fell into it, and what no gap explains."""
        left = self.open.values()
        for gap in gaps:
            yield from self._gap(gap, acts_in(gap, left))
        unexplained = [act for act in left if not any(gap.holds(act.sequence, act.moment) for gap in gaps)]
        for act in [*unexplained, *self.twins]:
            yield self._finding("no_event", f"no event tells of {act}", act.sequence)

    def _was_not_asked_for(self, redeemed: Act, event: Told) -> None:
        """One that was refunded does not say that it had been given without a request; the moment does."""
        asked = self.open.get(event.occurred_at)
        if asked is not None and (asked.reference, asked.action) == (redeemed.reference, Action.REQUESTED):
            del self.open[event.occurred_at]

    def _gap(self, gap: Gap, fell: list[Act]) -> Iterator[Finding]:
        if len(fell) > gap.size:
            yield self._finding("no_event", f"of {len(fell)} acts at most {gap.size} had an event", gap.first)
        if len(fell) == gap.size and not can_give(fell, gap.end - gap.start):
            yield self._finding(
                "points",
                f"from {gap.start} to {gap.end} over what is missing, whose acts did not lead there",
                gap.first,
            )
        acts = f": {', '.join(map(str, fell[:NAMED]))}" if fell else ""
        more = f" and {len(fell) - NAMED} more" if len(fell) > NAMED else ""
        last = gap.last if gap.size > 1 else None
        yield replace(self._finding("gap", f"missing{acts}{more}", gap.first), last_sequence=last)

    def _finding(self, check: str, detail: str, sequence: int | None) -> Finding:
        return Finding(check, detail, self.child.family_id, self.child.pk, sequence)
