"""What activations and requests say that events must tell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from children.models import Activation
from children.models.user import Role
from rewards.models import RewardRequest
from tracking.models.kinds import Action, EntityType
from tracking.verification.told import Told

Status = RewardRequest.Status
UNASKED = ("denied", "withdrawn", "entity_removed", "child_removed")


@dataclass(frozen=True)
class Act:
    """One act, and the event that it must have left: at `sequence` where that is known, else at `moment`."""

    reference: tuple[str, int]  # in the event's metadata: activation_id or request_id
    entity_type: str
    entity_id: int
    action: str
    deltas: tuple[int, int]  # the least and the most that it can have changed
    nominal: tuple[str, int]  # in the event's metadata too: points or cost
    moment: datetime | None
    sequence: int | None = None
    cancels: int | None = None
    reasons: tuple[str, ...] = ()  # of which its event gives one
    by: tuple[int | None, ...] = ()  # who did it; empty where the row does not know

    def __str__(self) -> str:
        name, number = self.reference
        return f"{name.removesuffix('_id')} {number} {self.action}"

    def differences(self, event: Told) -> Iterator[str]:
        """Say in what `event` does not tell this act."""
        for name in ("entity_type", "entity_id", "action"):
            if getattr(event, name) != getattr(self, name):
                yield f"{name} is {getattr(event, name)}, not {getattr(self, name)}"
        if not min(self.deltas) <= event.delta <= max(self.deltas):
            yield f"delta is {event.delta}"
        if self.moment is not None and event.occurred_at != self.moment:
            yield "occurred_at is another"
        yield from self._wrong_details(event.details())
        yield from self._wrong_user(event)

    def _wrong_details(self, details: dict[str, Any]) -> Iterator[str]:
        """Metadata holds what it must and nothing else: it is kept for ever."""
        exact = dict([self.reference, self.nominal, *([("cancels", self.cancels)] if self.cancels is not None else [])])
        for name, number in exact.items():
            if type(details.get(name)) is not int or details[name] != number:
                yield f"{name} is {details.get(name)!r}, not {number}"
        if self.reasons and details.get("reason") not in self.reasons:
            yield f"reason is {details.get('reason')!r}"
        if not _is_name(details.get("entity_name")):
            yield "entity_name is no name"
        due = {"entity_name", *exact, *(["reason"] if self.reasons else [])}
        yield from (f"{name} is nothing of its own" for name in sorted(set(details) - due))

    def _wrong_user(self, event: Told) -> Iterator[str]:
        if event.user_id is None:  # the system, or forgotten
            return
        if self.by and event.user_id not in self.by:
            yield f"user_id is {event.user_id}"
        if event.actor_role == Role.SYSTEM:
            yield f"the system is user {event.user_id}"


def _is_name(value: Any) -> bool:
    """JSON can smuggle in half a surrogate pair, which no encoder takes, and NUL, which PostgreSQL does not."""
    return (
        isinstance(value, str) and value != "" and "\0" not in value and value.encode(errors="ignore").decode() == value
    )


def acts_of(child_id: int) -> Iterator[Act]:
    """Every act of a child that its rows know of."""
    for activation in Activation.objects.filter(child=child_id).iterator():
        yield from _of_activation(activation)
    for request in RewardRequest.objects.filter(child=child_id).iterator():
        yield from _of_request(request)


def acts_named_by(event: Told, child_id: int) -> Iterator[Act]:
    """The acts of the one row that an event names."""
    named = event.details()
    for activation in Activation.objects.filter(child=child_id, pk=_number(named.get("activation_id"))):
        yield from _of_activation(activation)
    for request in RewardRequest.objects.filter(child=child_id, pk=_number(named.get("request_id"))):
        yield from _of_request(request)


def _number(value: Any) -> int:
    return value if isinstance(value, int) else 0  # which is nobody's


def _of_activation(activation: Activation) -> Iterable[Act]:
    act = partial(
        Act,
        ("activation_id", activation.pk),
        activation.kind,
        activation.entity_id,
        nominal=("points", activation.points),
    )
    taken, sequence = activation.delta, activation.sequence
    yield act(
        Action.ACTIVATED,
        deltas=(taken, taken),
        moment=activation.occurred_at,
        sequence=sequence,
        by=(activation.by_id,),
    )
    if activation.cancelled_at is not None:  # gives back all, or takes back down to the floor
        deltas = (-taken, 0 if taken > 0 else -taken)
        yield act(
            Action.CANCELLED, deltas=deltas, moment=activation.cancelled_at, cancels=sequence, reasons=("undone",)
        )


def _of_request(request: RewardRequest) -> Iterable[Act]:
    act = partial(
        Act, ("request_id", request.pk), EntityType.REWARD.value, request.reward_id, nominal=("cost", request.cost)
    )
    cost, settled, status = request.cost, request.settled_at, request.status
    born_redeemed = status == Status.REDEEMED and settled == request.requested_at
    by = (request.by_id,)
    if not born_redeemed:
        yield act(Action.REQUESTED, deltas=(0, 0), moment=request.requested_at, by=by)
    if status in (Status.REDEEMED, Status.REFUNDED):
        moment = settled if status == Status.REDEEMED else None
        yield act(
            Action.REDEEMED,
            deltas=(-cost, -cost),
            moment=moment,
            sequence=request.sequence,
            by=by if born_redeemed else (),
        )
    if status == Status.CANCELLED:
        yield act(Action.CANCELLED, deltas=(0, 0), moment=settled, reasons=UNASKED)
    if status == Status.REFUNDED:
        sequence = request.sequence
        yield act(Action.CANCELLED, deltas=(cost, cost), moment=settled, cancels=sequence, reasons=("refunded",))
