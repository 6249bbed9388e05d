"""Forgetting users: what they did stays, and names nobody.

An event forgets its user before the act that it tells does, or in the same transaction: so the trail is proved at every moment.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import islice
from math import ceil

from django.db import transaction
from django.db.models import QuerySet

from children.errors import Gone
from children.locks import lock_family
from children.models import Activation, IdempotencyKey
from rewards.models import RewardRequest
from tracking.models import TrackingEvent, UnrecordedEvent
from tracking.services.log_rewriting import forget_in_logs
from tracking.services.notes import forget_notes
from tracking.services.turns import turn
from tracking.traces.identity import Identity

CHUNK = 1000
ROUNDS = 10  # for a user who goes on acting, and whose account stays
Act = Activation | RewardRequest
ACTS: dict[str, type[Act]] = {"activations": Activation, "requests": RewardRequest}

Progress = Callable[[int], object]


def count_acts(user_id: int) -> Counter[str]:
    """Return how much names a user in the database, by kind: what `forget` would make forget it."""
    return Counter(
        {
            "events": TrackingEvent.objects.filter(user=user_id).count(),
            "unrecorded events": _waiting(user_id).count(),
            **{name: model.objects.filter(by=user_id).count() for name, model in ACTS.items()},
            "idempotency keys": IdempotencyKey.objects.filter(user=user_id).count(),
        }
    )


def forget(identity: Identity, *, progress: Progress) -> Counter[str]:
    """Make all that a user did forget it, chunk after chunk, so that nobody waits long; the account stays.

    Returns how much did, by kind. Safe to interrupt, to do again, and while the user acts: it ends when nothing is left, or, where the
    user does not stop, after a number of rounds. Raises OSError where the logs could not be written.
    """
    forgotten: Counter[str] = Counter()
    for _ in range(ROUNDS):
        round_ = _forget_once(identity, progress)
        if not round_.total():
            break
        forgotten += round_
    return forgotten


def _forget_once(identity: Identity, progress: Progress) -> Counter[str]:
    done = Counter[str]()
    for kind, count in _chunks(identity.user_id):
        done[kind] += count
        progress(count)
    done["notes"] += forget_notes(identity)
    done["lines of the log"] += forget_in_logs(identity.user_id)
    return done


def _chunks(user_id: int) -> Iterator[tuple[str, int]]:
    """As many as there are now: what a user goes on to do is for the next round, or this one might never end."""
    there = count_acts(user_id)
    yield "unrecorded events", forget_unrecorded(user_id)
    for kind, chunks in (
        ("events", _events(user_id)),
        *((kind, _acts(model, user_id)) for kind, model in ACTS.items()),
        ("idempotency keys", _keys(user_id)),
    ):
        yield from ((kind, count) for count in islice(chunks, ceil(there[kind] / CHUNK)))


def _events(user_id: int) -> Iterator[int]:
    while (count := _forget_events(user_id)) is not None:
        yield count


@turn()
def _forget_events(user_id: int) -> int | None:
    """Return how many did, None where there are none; as an index has them, so that each is looked at once."""
    oldest = TrackingEvent.objects.filter(user=user_id).order_by("occurred_at", "created_at", "id")
    rows = list(oldest.values_list("pk", "family_id")[:CHUNK])
    _lock_families(family for _, family in rows)
    return TrackingEvent.objects.filter(pk__in=[pk for pk, _ in rows]).forget() if rows else None


def _acts(model: type[Act], user_id: int) -> Iterator[int]:
    """By their ids, so that each is looked at once."""
    last = 0
    while rows := list(
        model.objects.filter(by=user_id, pk__gt=last).order_by("pk").values_list("pk", "child__family_id")[:CHUNK]
    ):
        yield _forget_acts(model, user_id, rows)
        last = rows[-1][0]


@turn()
def _forget_acts(model: type[Act], user_id: int, rows: list[tuple[int, int]]) -> int:
    """With what was recorded of them meanwhile."""
    _lock_families(family for _, family in rows)
    TrackingEvent.objects.filter(user=user_id).forget()
    forget_unrecorded(user_id)
    return (
        model.objects.filter(pk__in=[pk for pk, _ in rows]).exclude(by=None).update(by=None)
    )  # by their ids, not by an index on `by`


def _keys(user_id: int) -> Iterator[int]:
    while count := _delete_keys(user_id):
        yield count


@turn()
def _delete_keys(user_id: int) -> int:
    keys = IdempotencyKey.objects.filter(user=user_id).values_list("pk", flat=True)
    return IdempotencyKey.objects.filter(pk__in=list(keys[:CHUNK])).delete()[0]


def _lock_families(ids: Iterable[int]) -> None:
    """In one order; a family that is not there cannot act."""
    for family_id in sorted(set(ids)):
        with suppress(Gone):
            lock_family(family_id)


@transaction.atomic
def forget_unrecorded(user_id: int) -> int:
    """Make the events that wait to be recorded forget a user, as SET_NULL does for the others."""
    waiting = _waiting(user_id).order_by("pk").values_list("pk", "event")
    return sum(
        UnrecordedEvent.objects.filter(pk=pk).update(event={**event, "user_id": None})  # or it was recorded meanwhile
        for pk, event in waiting
    )


def _waiting(user_id: int) -> QuerySet[UnrecordedEvent]:
    return UnrecordedEvent.objects.filter(event__user_id=user_id)
