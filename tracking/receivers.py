"""Every act of a family becomes one event. The only module that knows the other apps' signals."""

from typing import Any

from django.dispatch import receiver

from children import signals as family
from children.models import User
from rewards import signals as rewards
from tracking.models.kinds import Action, EntityType
from tracking.services.leaving import forget_deleted, keep_house
from tracking.services.recording import record_act
from tracking.services.sealing import seal_days


@receiver(family.task_activated, dispatch_uid="tracking.task_activated")
def on_task_activated(**act: Any) -> None:
    _record(EntityType.TASK, Action.ACTIVATED, **act)


@receiver(family.task_cancelled, dispatch_uid="tracking.task_cancelled")
def on_task_cancelled(**act: Any) -> None:
    _record(EntityType.TASK, Action.CANCELLED, **act)


@receiver(family.penalty_activated, dispatch_uid="tracking.penalty_activated")
def on_penalty_activated(**act: Any) -> None:
    _record(EntityType.PENALTY, Action.ACTIVATED, **act)


@receiver(family.penalty_cancelled, dispatch_uid="tracking.penalty_cancelled")
def on_penalty_cancelled(**act: Any) -> None:
    _record(EntityType.PENALTY, Action.CANCELLED, **act)


@receiver(rewards.reward_requested, dispatch_uid="tracking.reward_requested")
def on_reward_requested(**act: Any) -> None:
    _record(EntityType.REWARD, Action.REQUESTED, **act)


@receiver(rewards.reward_redeemed, dispatch_uid="tracking.reward_redeemed")
def on_reward_redeemed(**act: Any) -> None:
    _record(EntityType.REWARD, Action.REDEEMED, **act)


@receiver(rewards.reward_cancelled, dispatch_uid="tracking.reward_cancelled")
def on_reward_cancelled(**act: Any) -> None:
    _record(EntityType.REWARD, Action.CANCELLED, **act)


@receiver(family.user_removed, dispatch_uid="tracking.user_removed")
def on_user_removed(*, user: User, **_: Any) -> None:
    forget_deleted(user)


@receiver(family.house_kept, dispatch_uid="tracking.house_kept")
def on_house_kept(**_: Any) -> None:
    keep_house()


@receiver(family.house_kept, dispatch_uid="tracking.days_are_over")
def on_days_are_over(**_: Any) -> None:
    for _day in seal_days():
        pass


def _record(entity_type: EntityType, action: Action, *, signal: Any, sender: Any, **act: Any) -> None:
    record_act(entity_type, action, **act)
