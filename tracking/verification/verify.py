from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import merge
from operator import attrgetter

from django.db import connection
from django.db.models import Sum

from children import guards
from children.models import Child
from rewards.models import RewardRequest
from tracking.verification import leftovers
from tracking.verification.acts import acts_of
from tracking.verification.chain import Chain
from tracking.verification.finding import Finding
from tracking.verification.ledger import Ledger
from tracking.verification.snapshot import snapshot
from tracking.verification.told import recorded_of
from tracking.verification.waiting import waiting_of

Progress = Callable[[Sequence[int]], Iterable[int]]


@dataclass
class Tally:
    """How much was gone through."""

    children: int = 0
    events: int = 0


def verify(tally: Tally, *, family_id: int | None = None, progress: Progress = iter) -> Iterator[Finding]:
    """Yield what is not as it must be, of one family or of all; counts in `tally`.

    Each child is read from a snapshot of its own, so that it is judged as it was at one moment while acts go on, and nobody waits.
    `progress` is given the ids of the children, and hands them on one by one.
    """
    with snapshot():
        found = [
            *_missing_guards(),
            *leftovers.events_of_no_child(family_id),
            *(leftovers.waiting_for_no_child() if family_id is None else ()),
            *leftovers.of_families(family_id),
        ]
        children = Child.objects.order_by("pk")
        if family_id is not None:
            children = children.filter(family=family_id)
        ids = list(children.values_list("pk", flat=True))
    yield from found
    for child_id in progress(ids):
        with snapshot():
            found = list(_verify_child(Child.objects.select_related("family").get(pk=child_id), tally))
        yield from found


def _missing_guards() -> Iterator[Finding]:
    for guard in guards.missing(connection):
        yield Finding("guard", f"{guard.trigger} is missing; manage.py migrate makes it again")


def _verify_child(child: Child, tally: Tally) -> Iterator[Finding]:
    tally.children += 1
    chain, ledger = Chain(child), Ledger(child, acts_of(child.pk))
    waiting, unreadable = waiting_of(child)
    yield from unreadable
    for event in merge(recorded_of(child.pk), waiting, key=attrgetter("sequence")):
        if event.is_waiting:
            there = chain.last is not None and chain.last.sequence == event.sequence
            yield _waits(child, event.sequence, there=there)
            if there:
                continue
        else:
            tally.events += 1
        yield from chain.add(event)
        yield from ledger.cross_out(event)
    yield from chain.end()
    yield from ledger.end(chain.gaps)
    yield from _reserved(child)
    yield from leftovers.of_child(child)


def _waits(child: Child, sequence: int, *, there: bool) -> Finding:
    if there:
        return Finding("leftover", "it waits, and is there already", child.family_id, child.pk, sequence)
    return Finding("unrecorded", "it waits for replay_tracking", child.family_id, child.pk, sequence)


def _reserved(child: Child) -> Iterator[Finding]:
    pending = RewardRequest.objects.pending().filter(child=child).aggregate(cost=Sum("cost"))["cost"] or 0
    if child.reserved != pending:
        detail = f"the child has {child.reserved}, its pending requests cost {pending}"
        yield Finding("reserved", detail, child.family_id, child.pk)
