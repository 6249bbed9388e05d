"""What is kept of the events of a child that were purged, held against the acts that they told, which stay."""

from bisect import bisect_left
from collections.abc import Iterator
from operator import attrgetter

from children.models import Child
from tracking.models import Purge
from tracking.models.kinds import Action
from tracking.verification.acts import Act
from tracking.verification.finding import Finding
from tracking.verification.missing import can_give


def is_purged(act: Act, purge: Purge) -> bool:
    """Whether the event of that act was purged; a gap among those is named by their count."""
    if act.sequence is not None:
        return act.sequence <= purge.sequence
    return act.moment is not None and act.moment <= purge.occurred_at


def findings_of(purge: Purge, child: Child, acts: list[Act]) -> Iterator[Finding]:
    """`acts` are those of which `is_purged` says so."""

    def finding(check: str, detail: str) -> Finding:
        return Finding(check, detail, child.family_id, child.pk, 1, purge.sequence)

    if purge.family_id != child.family_id:
        yield finding("continuity", f"what was purged names family {purge.family_id}")
    if purge.events < purge.sequence:
        missing = purge.sequence - purge.events
        yield finding("gap", f"of {purge.sequence} events that were purged, {missing} were missing")
    for check, detail in (*_wrong_last(purge, acts), *_wrong_sum(purge, acts)):
        yield finding(check, detail)


def _wrong_last(purge: Purge, acts: list[Act]) -> Iterator[tuple[str, str]]:
    """Hold the last one against its act: that of its number, or else of its moment."""
    last = [act for act in acts if purge.sequence == act.sequence] or [
        act for act in acts if purge.occurred_at == act.moment
    ]
    if not last:
        yield "no_act", "no act is known of the last event that was purged"
    elif last[0].moment not in (None, purge.occurred_at):
        yield "differs", f"{last[0]}: occurred_at is another where it was purged"


def _wrong_sum(purge: Purge, acts: list[Act]) -> Iterator[tuple[str, str]]:
    size, known = purge.sequence, _with_events(acts)
    if len(known) < size:
        yield "no_act", f"of {size} events that were purged, the acts of {size - len(known)} are not known"
    elif len(known) > size:
        yield "no_event", f"of {len(known)} acts at most {size} had an event that was purged"
    elif not can_give(known, purge.points_after):
        yield "points", f"the events that were purged led to {purge.points_after}, where their acts did not lead"


def _with_events(acts: list[Act]) -> list[Act]:
    """Leave out the asking for what was given without it, and refunded: all numbers up to that of the giving are other acts'."""
    numbered = [act for act in acts if act.sequence is not None]
    numbers = sorted(act.sequence for act in numbered if act.sequence is not None)
    given = {act.reference: act.sequence for act in numbered if act.action == Action.REDEEMED and act.moment is None}
    others: list[Act] = []
    for act in sorted((act for act in acts if act.sequence is None), key=attrgetter("moment")):
        number = given.get(act.reference) if act.action == Action.REQUESTED else None
        if number is None or bisect_left(numbers, number) + len(others) < number - 1:
            others.append(act)
    return [*numbered, *others]
