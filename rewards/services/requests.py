"""From asking to settling. Each function locks the child, re-reads, refuses, changes points, announces; see the table of states in
docs/rules.md."""

from django.db import transaction
from django.dispatch import Signal

from children.errors import (
    AlreadyCancelled,
    AlreadyRedeemed,
    AlreadyRefunded,
    ChoreError,
    Gone,
    InsufficientPoints,
    NotRedeemed,
)
from children.locks import lock_act
from children.models import Child, User
from children.points import PointsChange, change_points
from children.services.announcing import announce
from rewards import signals
from rewards.models import Reward, RewardRequest

Status = RewardRequest.Status

REFUSED_REDEEM: dict[str, type[ChoreError]] = {Status.CANCELLED: AlreadyCancelled, Status.REFUNDED: AlreadyRefunded}
REFUSED_CANCEL: dict[str, type[ChoreError]] = {Status.REDEEMED: AlreadyRedeemed, Status.REFUNDED: AlreadyRefunded}
REFUSED_REFUND: dict[str, type[ChoreError]] = {Status.PENDING: NotRedeemed, Status.CANCELLED: NotRedeemed}


@transaction.atomic
def request_reward(*, reward: Reward, child: Child, by: User | None) -> tuple[RewardRequest, bool]:
    """Ask for a reward and reserve its cost. Returns the request and whether it is new; a pending one is handed back as it is.

    Raises InsufficientPoints if the cost is more than points - reserved; Gone, ActorGone, ActorMoved.
    """
    child, by, reward, pending = _lock(reward, child, by)
    if pending is not None:
        return pending, False
    if reward.cost > child.available:
        raise InsufficientPoints(have=child.points, reserved=child.reserved, need=reward.cost)
    change = change_points(child, 0, reserve=reward.cost)
    request = RewardRequest.objects.create(
        child=child, reward=reward, cost=reward.cost, by=by, requested_at=change.occurred_at
    )
    _announce(signals.reward_requested, request, by, change)
    return request, True


@transaction.atomic
def redeem_reward(*, reward: Reward, child: Child, by: User | None) -> tuple[RewardRequest, bool]:
    """Give a reward without being asked, or redeem the request that is pending. Returns the request and whether it is new.

    Raises InsufficientPoints if the cost is more than points - reserved (for a pending request: than points); Gone, ActorGone,
    ActorMoved.
    """
    child, by, reward, pending = _lock(reward, child, by)
    if pending is not None:
        return _redeem(pending, by), False
    if reward.cost > child.available:
        raise InsufficientPoints(have=child.points, reserved=child.reserved, need=reward.cost)
    change = change_points(child, -reward.cost)
    request = RewardRequest.objects.create(
        child=child,
        reward=reward,
        cost=reward.cost,
        status=Status.REDEEMED,
        sequence=change.sequence,
        by=by,
        requested_at=change.occurred_at,
        settled_at=change.occurred_at,
    )
    _announce(signals.reward_redeemed, request, by, change)
    return request, True


@transaction.atomic
def redeem_request(*, request: RewardRequest, by: User | None) -> RewardRequest:
    """Give what was asked for. Redeemed before: handed back unchanged.

    Raises InsufficientPoints if the cost is more than points; AlreadyCancelled, AlreadyRefunded, Gone, ActorGone, ActorMoved.
    """
    request, by = _lock_request(request, by)
    if request.status == Status.REDEEMED:
        return request
    _refuse(REFUSED_REDEEM, request)
    return _redeem(request, by)


@transaction.atomic
def cancel_request(*, request: RewardRequest, by: User | None) -> RewardRequest:
    """Deny it (a parent) or withdraw it (the child) and free what was reserved. Cancelled before: handed back unchanged.

    Raises AlreadyRedeemed, AlreadyRefunded, Gone, ActorGone, ActorMoved.
    """
    request, by = _lock_request(request, by)
    if request.status == Status.CANCELLED:
        return request
    _refuse(REFUSED_CANCEL, request)
    withdrawn = by is not None and by.own_child == request.child
    return cancel_pending(request, by=by, reason="withdrawn" if withdrawn else "denied")


@transaction.atomic
def refund_request(*, request: RewardRequest, by: User | None) -> RewardRequest:
    """Give back the points that were taken. Refunded before: handed back unchanged.

    Raises NotRedeemed, Gone, ActorGone, ActorMoved.
    """
    request, by = _lock_request(request, by)
    if request.status == Status.REFUNDED:
        return request
    _refuse(REFUSED_REFUND, request)
    change = change_points(request.child, request.cost)
    _settle(request, Status.REFUNDED, change)
    _announce(signals.reward_cancelled, request, by, change, cancels=request.sequence, reason="refunded")
    return request


def cancel_pending(request: RewardRequest, *, by: User | None, reason: str) -> RewardRequest:
    """Free what was reserved; the caller holds the locks, and `request.child` is the locked child."""
    change = change_points(request.child, 0, reserve=-request.cost)
    _settle(request, Status.CANCELLED, change)
    _announce(signals.reward_cancelled, request, by, change, reason=reason)
    return request


def _lock(reward: Reward, child: Child, by: User | None) -> tuple[Child, User | None, Reward, RewardRequest | None]:
    child, by = lock_act(child, by)
    fresh = Reward.objects.active().filter(pk=reward.pk, family=child.family_id).first()
    if fresh is None:
        raise Gone
    pending = RewardRequest.objects.pending().filter(child=child, reward=fresh).first()
    if pending is not None:
        pending.child, pending.reward = child, fresh
    return child, by, fresh, pending


def _lock_request(request: RewardRequest, by: User | None) -> tuple[RewardRequest, User | None]:
    child, by = lock_act(request.child, by)
    request = RewardRequest.objects.select_related("reward").get(pk=request.pk)
    request.child = child
    return request, by


def _refuse(refused: dict[str, type[ChoreError]], request: RewardRequest) -> None:
    if request.status in refused:
        raise refused[request.status]


def _redeem(request: RewardRequest, by: User | None) -> RewardRequest:
    child = request.child
    if request.cost > child.points:
        raise InsufficientPoints(have=child.points, reserved=child.reserved, need=request.cost)
    change = change_points(child, -request.cost, reserve=-request.cost)
    request.sequence = change.sequence
    _settle(request, Status.REDEEMED, change)
    _announce(signals.reward_redeemed, request, by, change)
    return request


def _settle(request: RewardRequest, status: str, change: PointsChange) -> None:
    request.status = status
    request.settled_at = change.occurred_at
    request.save(update_fields=["status", "sequence", "settled_at"])


def _announce(
    signal: Signal, request: RewardRequest, by: User | None, change: PointsChange, **more: str | int | None
) -> None:
    reward = request.reward
    details = {"entity_name": reward.name, "cost": request.cost, "request_id": request.pk, **more}
    announce(signal, entity=reward, child=request.child, by=by, change=change, details=details)
