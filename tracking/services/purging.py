"""Removing the events that have been kept long enough: of each child the oldest, in chunks, and what they had come to is kept."""

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from itertools import takewhile

from django.db.models import Min

from children.locks import lock_family
from children.models import Child
from tracking import unrecorded_log
from tracking.models import Purge, PurgeDoor, TrackingEvent, UnrecordedEvent
from tracking.models.plain_form import InvalidEvent
from tracking.services.turns import turn

CHUNK = 1000


class NotPurged(ValueError):
    """A child of which no event is removed; the message says why."""


def children_to_purge(cutoff: datetime) -> list[int]:
    """Return the ids of those with events that occurred before `cutoff`."""
    old = TrackingEvent.objects.filter(occurred_at__lt=cutoff)
    return list(old.order_by("child_id").values_list("child_id", flat=True).distinct())


def purge_child(child_id: int, cutoff: datetime) -> Iterator[int]:
    """Remove its events up to the first that did not occur before `cutoff`. Yields how many went, after each chunk.

    Raises NotPurged.
    """
    child = _find(child_id, cutoff)
    while removed := _remove_chunk(child, cutoff):
        yield removed


def count_old(child_id: int, cutoff: datetime) -> int:
    """Return how many events `purge_child` would remove. Raises NotPurged as it does."""
    child = _find(child_id, cutoff)
    _refuse_waiting(child, cutoff)
    events = TrackingEvent.objects.filter(child_id=child.pk)
    first_young = events.filter(occurred_at__gte=cutoff).aggregate(sequence=Min("sequence"))["sequence"]
    return events.count() if first_young is None else events.filter(sequence__lt=first_young).count()


def _find(child_id: int, cutoff: datetime) -> Child:
    child = Child.objects.filter(pk=child_id).first()
    if child is None:
        raise NotPurged("there is no such child")
    if any(event.occurred_at < cutoff and not _is_there(event) for event in _in_log(child)):
        raise NotPurged("events wait in unrecorded.log, run replay_tracking --from with it first")
    return child


def _in_log(child: Child) -> Iterator[TrackingEvent]:
    """Yield its events that no table would take, whether they were recorded since or not."""
    with suppress(FileNotFoundError), unrecorded_log.path().open(encoding="utf-8", errors="replace") as lines:
        for _, line in unrecorded_log.events_in(lines):
            with suppress(ValueError, RecursionError):  # no event
                event = TrackingEvent.from_dict(json.loads(line))
                if event.child_id == child.pk:
                    yield event


def _is_there(event: TrackingEvent) -> bool:
    """Whether it is recorded, or was."""
    recorded = TrackingEvent.objects.filter(child_id=event.child_id, sequence=event.sequence)
    return recorded.exists() or Purge.objects.filter(child_id=event.child_id, sequence__gte=event.sequence).exists()


@turn()
def _remove_chunk(child: Child, cutoff: datetime) -> int:
    lock_family(child.family_id)
    _refuse_waiting(child, cutoff)
    events = TrackingEvent.objects.filter(child_id=child.pk)
    oldest = events.order_by("sequence").only("sequence", "points_after", "occurred_at")[:CHUNK]
    old = list(takewhile(lambda event: event.occurred_at < cutoff, oldest))
    if old:
        with _open_door(cutoff):
            events.filter(sequence__lte=old[-1].sequence).purge()
        _note(child, last=old[-1], count=len(old))
    return len(old)


def _refuse_waiting(child: Child, cutoff: datetime) -> None:
    """What waits to be recorded could not find its place in the chain any more. Raises NotPurged."""
    if any(_occurred_before(cutoff, row) for row in UnrecordedEvent.objects.filter(child_id=child.pk)):
        raise NotPurged("events wait, run replay_tracking first")


def _occurred_before(cutoff: datetime, waiting: UnrecordedEvent) -> bool:
    try:
        return waiting.to_event().occurred_at < cutoff
    except InvalidEvent:  # nobody knows when
        return True


@contextmanager
def _open_door(cutoff: datetime) -> Iterator[None]:
    """Within a transaction, which takes it back where it fails. It shuts one that somebody left open too."""
    PurgeDoor(pk=PurgeDoor.ONLY, cutoff=cutoff).save()
    yield
    PurgeDoor.objects.all().delete()


def _note(child: Child, *, last: TrackingEvent, count: int) -> None:
    purge = Purge.objects.filter(child_id=child.pk).first() or Purge(child_id=child.pk, events=0)
    purge.family_id = child.family_id
    purge.sequence, purge.points_after, purge.occurred_at = last.sequence, last.points_after, last.occurred_at
    purge.events += count
    purge.save()
