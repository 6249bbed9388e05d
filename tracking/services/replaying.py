"""Writing events that could not be written when they occurred. Each is judged under its family's lock, as an act would be."""

import json
from collections.abc import Iterator

from django.db import Error, transaction
from django.db.models import F

from children import clock
from children.errors import Gone, first_line
from children.locks import lock_family
from children.models import Child, User
from tracking.models import Purge, TrackingEvent, UnrecordedEvent
from tracking.models.plain_form import FIELDS, InvalidEvent
from tracking.services.recording import insert
from tracking.services.telling import tell_on_commit
from tracking.verification.acts import acts_named_by, acts_of
from tracking.verification.chain import Gap, breaks_between
from tracking.verification.ledger import Ledger
from tracking.verification.missing import acts_in, can_give, in_order
from tracking.verification.told import Told, told_by

MAY_DIFFER = {"id", "user_id", "created_at"}  # of an event and its replay


class Contradiction(ValueError):
    """An event that cannot have been: the trail or the child's count says otherwise."""


REFUSALS = (Contradiction, InvalidEvent, Error)


@transaction.atomic
def replay(event: TrackingEvent, *, dry_run: bool = False) -> bool:
    """Write an event that is missing. Returns False, and writes nothing, if it is there already.

    Raises Contradiction, or what the database does.
    """
    return _write(event, _lock(event), dry_run=dry_run)


def _write(event: TrackingEvent, child: Child, *, dry_run: bool) -> bool:
    there = TrackingEvent.objects.filter(child_id=event.child_id, sequence=event.sequence).first()
    if there is not None:
        if not _is_same(there, event):
            raise Contradiction("another event is recorded under that sequence")
        return False
    purge = Purge.objects.filter(child_id=event.child_id).first()
    if purge is not None and event.sequence <= purge.sequence:
        raise Contradiction("it was purged")
    if contradictions := "; ".join(_contradictions(event, child, purge)):
        raise Contradiction(contradictions)
    event.created_at = max(clock.now(), event.occurred_at)
    insert(event)
    tell_on_commit(event)
    if dry_run:
        transaction.set_rollback(True)
    return True


def replay_line(line: str, *, dry_run: bool = False) -> bool:
    """Write an event from a line of a log, which may name a user that is gone. Returns and raises as `replay` does, and InvalidEvent."""
    event = _parse(line)
    event.user_id = _who(event)
    return replay(event, dry_run=dry_run)


def replay_waiting(waiting: UnrecordedEvent, *, dry_run: bool = False) -> bool:
    """Write an event that waits, and take it off the list. Returns and raises as `replay` does, and InvalidEvent; then it stays,
    with one more attempt and the error.
    """
    try:
        return _replay_waiting(waiting, dry_run=dry_run)
    except REFUSALS as error:
        if not dry_run:
            again = UnrecordedEvent.objects.filter(pk=waiting.pk)
            again.update(attempts=F("attempts") + 1, error=first_line(error))
        raise


@transaction.atomic
def _replay_waiting(waiting: UnrecordedEvent, *, dry_run: bool) -> bool:
    child = _lock(waiting.to_event())
    fresh = UnrecordedEvent.objects.filter(pk=waiting.pk).first()  # its user may have been forgotten meanwhile
    if fresh is None:
        return False
    is_new = _write(fresh.to_event(), child, dry_run=dry_run)
    if not dry_run:
        fresh.delete()
    return is_new


def _parse(line: str) -> TrackingEvent:
    """Return the event of a line, unsaved and without an id. Raises InvalidEvent."""
    try:
        plain = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InvalidEvent("not JSON") from error
    event = TrackingEvent.from_dict(plain)
    event.pk = None
    return event


def _lock(event: TrackingEvent) -> Child:
    """Return the child, which may be a tombstone, under its family's lock."""
    try:
        family = lock_family(event.family_id)
    except Gone as error:
        raise Contradiction("there is no such family") from error
    child = Child.objects.filter(pk=event.child_id, family=family).first()
    if child is None:
        raise Contradiction("the family has no such child")
    child.family = family
    return child


def _is_same(there: TrackingEvent, event: TrackingEvent) -> bool:
    return all(getattr(there, name) == getattr(event, name) for name in FIELDS if name not in MAY_DIFFER)


def _contradictions(event: TrackingEvent, child: Child, purge: Purge | None) -> Iterator[str]:
    """An event cannot be taken back: one of another installation, or made up, must not get in. Its act was committed, and is asked."""
    told = told_by(event)
    yield from (finding.detail for finding in Ledger(child, acts_named_by(told, child.pk)).cross_out(told))
    if event.sequence > child.sequence:
        yield f"the child has made {child.sequence} acts only"
    if event.sequence == child.sequence and event.points_after != child.points:
        yield f"the child has {child.points} points after it"
    if child.family.last_act_at is None or event.occurred_at > child.family.last_act_at:
        yield "it occurred after the family's last act"
    others = TrackingEvent.objects.filter(child_id=child.pk)
    before = others.filter(sequence__lt=event.sequence).order_by("-sequence").first()
    earlier = told_by(before) if before is not None else purge
    later = others.filter(sequence__gt=event.sequence).order_by("sequence").first()
    yield from _breaks(told, earlier, later)
    yield from _misplaced(told, _gap(earlier, later, child), child)


def _breaks(event: Told, earlier: Told | Purge | None, later: TrackingEvent | None) -> Iterator[str]:
    """Say where it does not go on from the event before it, or the one after it from it."""
    if earlier is not None:
        yield from breaks_between(earlier, event)
    if later is not None:
        yield from (f"the event after it: {detail}" for detail in breaks_between(event, told_by(later)))


def _gap(earlier: Told | Purge | None, later: TrackingEvent | None, child: Child) -> Gap:
    return Gap(
        first=earlier.sequence + 1 if earlier else 1,
        last=later.sequence - 1 if later else child.sequence,
        after=earlier.occurred_at if earlier else None,
        before=later.occurred_at if later else None,
        start=earlier.points_after if earlier else 0,
        end=later.points_before if later else child.points,
    )


def _misplaced(event: Told, gap: Gap, child: Child) -> Iterator[str]:
    """Say what the other events that are missing with it say against its number and its balance, where their acts are all known."""
    fell = acts_in(gap, acts_of(child.pk)) if gap.size > 1 else []
    ordered = in_order(gap, fell) if len(fell) == gap.size else []
    if len(ordered) != gap.size or not gap.first <= event.sequence <= gap.last:
        return
    earlier, own = ordered[: event.sequence - gap.first], ordered[event.sequence - gap.first]
    if any(own.differences(event)):
        yield f"under that number belongs {own}"
    if not can_give(earlier, event.points_before - gap.start):
        yield f"those before it cannot have led from {gap.start} to {event.points_before}"


def _who(event: TrackingEvent) -> int | None:
    """The acting user; nobody, if the account was made later: SQLite can hand the id of a deleted one out again.

    So it is nobody too if the clock stepped back between the making of the account and the act.
    """
    if any(act.action == event.action and act.by == (None,) for act in acts_named_by(told_by(event), event.child_id)):
        return None  # forgotten since
    known = User.objects.filter(pk=event.user_id, date_joined__lte=event.occurred_at)
    return known.values_list("pk", flat=True).first()
