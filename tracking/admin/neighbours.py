"""What stands around an event in the trail of its child: the one before, the one after, what it undoes, and what undid it.

All is found by indexes. None holds what the metadata says, so that what undid an act is found by what is kept of the act itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from children.models import Activation, Child
from rewards.models import RewardRequest
from tracking.admin.details import LARGEST, cancelled_sequence, request_id
from tracking.admin.names import look_up_names
from tracking.models import Purge, TrackingEvent
from tracking.models.kinds import Action


@dataclass(frozen=True)
class Neighbour:
    """An event that is there, or else was purged, or else is missing."""

    label: str
    event: TrackingEvent | None
    is_purged: bool = False


def neighbours_of(event: TrackingEvent) -> list[Neighbour]:
    """Return those that there are or should be, with their names looked up."""
    before, after, undone = event.sequence - 1, event.sequence + 1, cancelled_sequence(event)
    purged, last = _purged(event.child_id), _last(event.child_id)  # first: what comes meanwhile is not missing
    events = _find(event.child_id, [before, after, undone or 0])
    found = []
    if before:
        found.append(Neighbour(_("Before"), events.get(before), before <= purged))
    if after in events or after <= last:
        found.append(Neighbour(_("After"), events.get(after)))
    if undone:
        found.append(Neighbour(_("Undoes"), events.get(undone), undone <= purged))
    found += _what_undid(event)
    look_up_names([neighbour.event for neighbour in found if neighbour.event])
    return found


def _find(child_id: int, sequences: Iterable[int]) -> dict[int, TrackingEvent]:
    possible = [sequence for sequence in sequences if 1 <= sequence <= LARGEST]
    events = TrackingEvent.objects.filter(child_id=child_id, sequence__in=possible)
    return {event.sequence: event for event in events}


def _purged(child_id: int) -> int:
    """Up to which sequence the events of the child were purged."""
    return Purge.objects.filter(child_id=child_id).values_list("sequence", flat=True).first() or 0


def _last(child_id: int) -> int:
    """The sequence of the child's last act."""
    return Child.objects.filter(pk=child_id).values_list("sequence", flat=True).first() or 0


def _what_undid(event: TrackingEvent) -> list[Neighbour]:
    moment = _undone_at(event)
    if moment is None:
        return []
    then = TrackingEvent.objects.filter(child_id=event.child_id, occurred_at=moment).newest_first().first()
    undid = then is not None and cancelled_sequence(then) == event.sequence
    return [Neighbour(_("Undone by"), then if undid else None)]


def _undone_at(event: TrackingEvent) -> datetime | None:
    if event.action == Action.ACTIVATED:
        activations = Activation.objects.filter(child_id=event.child_id, sequence=event.sequence)
        return activations.values_list("cancelled_at", flat=True).first()
    if event.action == Action.REDEEMED:
        refunded = RewardRequest.objects.filter(pk=request_id(event) or 0, status=RewardRequest.Status.REFUNDED)
        its_own = refunded.filter(child_id=event.child_id, sequence=event.sequence)
        return its_own.values_list("settled_at", flat=True).first()
    return None
