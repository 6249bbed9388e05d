from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import merge
from operator import attrgetter

from django.db import connection
from django.db.models import Sum

from children import guards
from children.models import Child
from rewards.models import RewardRequest
from tracking.models import Purge, PurgeDoor
from tracking.verification import leftovers
from tracking.verification.acts import acts_of
from tracking.verification.chain import Chain
from tracking.verification.days import wrong_sums
from tracking.verification.finding import Finding
from tracking.verification.ledger import Ledger
from tracking.verification.purged import findings_of
from tracking.verification.snapshot import snapshot
from tracking.verification.told import Told, recorded_of
from tracking.verification.waiting import waiting_of

Progress = Callable[[Sequence[int]], Iterable[int]]


@dataclass
class Tally:
    """How much was gone through."""

    children: int = 0
    events: int = 0
    purged: int = 0


def verify(tally: Tally, *, family_id: int | None = None, progress: Progress = iter) -> Iterator[Finding]:
    """Yield what is not as it must be, of one family or of all; counts in `tally`.

    Each child is read from a snapshot of its own, so that it is judged as it was at one moment while acts go on, and nobody waits.
    `progress` is given the ids of the children, and hands them on one by one.
    """
    with snapshot():
        found = [
            *_missing_guards(),
            *_open_doors(),
            *leftovers.events_of_no_child(family_id),
            *leftovers.purged_of_no_child(family_id),
            *(leftovers.waiting_for_no_child() if family_id is None else ()),
            *leftovers.of_families(family_id),
        ]
        children = Child.objects.order_by("pk")
        if family_id is not None:
            children = children.filter(family=family_id)
        ids = list(children.values_list("pk", flat=True))
    yield from found
    yield from wrong_sums() if family_id is None else ()
    for child_id in progress(ids):
        with snapshot():
            found = list(_verify_child(Child.objects.select_related("family").get(pk=child_id), tally))
        yield from found


def _missing_guards() -> Iterator[Finding]:
    for guard in guards.missing(connection):
        yield Finding("guard", f"{guard.trigger} is missing; manage.py migrate makes it again")


def _open_doors() -> Iterator[Finding]:
    for door in PurgeDoor.objects.all():
        yield Finding("guard", f"the door of purges was left {door}: find out why, and empty {door._meta.db_table}")


def _verify_child(child: Child, tally: Tally) -> Iterator[Finding]:
    tally.children += 1
    purge = Purge.objects.filter(child_id=child.pk).first()
    chain, ledger = Chain(child, purge), Ledger(child, acts_of(child.pk))
    if purge is not None:
        tally.purged += purge.events
        yield from findings_of(purge, child, ledger.cross_out_purged(purge))
    waiting, unreadable = waiting_of(child)
    yield from unreadable
    for event in merge(recorded_of(child.pk), waiting, key=attrgetter("sequence")):
        tally.events += not event.is_waiting
        is_passed = chain.has_passed(event.sequence)
        if is_passed or event.is_waiting:
            yield _out_of_place(child, event, is_passed=is_passed)
        if not is_passed:
            yield from chain.add(event)
            yield from ledger.cross_out(event)
    yield from chain.end()
    yield from ledger.end(chain.gaps)
    yield from _reserved(child)
    yield from leftovers.of_child(child)


def _out_of_place(child: Child, event: Told, *, is_passed: bool) -> Finding:
    if not is_passed:
        check, detail = "unrecorded", "it waits for replay_tracking"
    elif event.is_waiting:
        check, detail = "leftover", "it waits, and was recorded already"
    else:
        check, detail = "leftover", "it was purged, and is there"
    return Finding(check, detail, child.family_id, child.pk, event.sequence)


def _reserved(child: Child) -> Iterator[Finding]:
    pending = RewardRequest.objects.pending().filter(child=child).aggregate(cost=Sum("cost"))["cost"] or 0
    if child.reserved != pending:
        detail = f"the child has {child.reserved}, its pending requests cost {pending}"
        yield Finding("reserved", detail, child.family_id, child.pk)
