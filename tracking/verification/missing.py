"""What is known of events that are missing: the acts that fell into a gap."""

from collections.abc import Iterable
from operator import attrgetter

from tracking.models.kinds import Action
from tracking.verification.acts import Act
from tracking.verification.chain import Gap


def acts_in(gap: Gap, acts: Iterable[Act]) -> list[Act]:
    """Return the acts that fell into it. Of one that was given without being asked for, and refunded, its asking is none."""
    fell = [act for act in acts if gap.holds(act.sequence, act.moment)]
    if len(fell) <= gap.size:
        return fell
    redeemed = {act.reference for act in fell if act.action == Action.REDEEMED and act.moment is None}
    return [act for act in fell if act.action != Action.REQUESTED or act.reference not in redeemed]


def in_order(gap: Gap, fell: list[Act]) -> list[Act]:
    """Return as many acts as the gap has numbers in the order of these: each at its own, the others by their moments.

    Fewer where two claim one number.
    """
    numbered = {act.sequence: act for act in fell if act.sequence is not None}
    others = iter(sorted((act for act in fell if act.sequence is None), key=attrgetter("moment")))
    placed = (numbered.get(number) or next(others, None) for number in range(gap.first, gap.last + 1))
    return [act for act in placed if act is not None]


def can_give(acts: Iterable[Act], delta: int) -> bool:
    """Whether these acts together can have changed the points by `delta`."""
    deltas = [act.deltas for act in acts]
    return sum(map(min, deltas)) <= delta <= sum(map(max, deltas))
