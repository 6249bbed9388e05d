from django.db import transaction
from django.dispatch import Signal

from children import signals
from children.errors import Gone
from children.locks import lock_act
from children.models import Activation, Child, Penalty, Task, User
from children.points import change_points, floored
from children.services.announcing import announce

MODELS: dict[str, type[Task] | type[Penalty]] = {Task.kind: Task, Penalty.kind: Penalty}
ACTIVATED: dict[str, Signal] = {Task.kind: signals.task_activated, Penalty.kind: signals.penalty_activated}
CANCELLED: dict[str, Signal] = {Task.kind: signals.task_cancelled, Penalty.kind: signals.penalty_cancelled}


@transaction.atomic
def activate(*, entity: Task | Penalty, child: Child, by: User | None) -> Activation:
    """Apply a task or a penalty to a child of its family, once; repeats are acts of their own.

    Raises Gone if the child or the entity was removed, ActorGone, ActorMoved.
    """
    child, by = lock_act(child, by)
    fresh = type(entity).objects.active().filter(pk=entity.pk, family=child.family_id).first()
    if fresh is None:
        raise Gone
    change = change_points(child, floored(child, fresh.effect))
    activation = Activation.objects.create(
        kind=fresh.kind,
        entity_id=fresh.pk,
        child=child,
        points=fresh.points,
        delta=change.delta,
        sequence=change.sequence,
        by=by,
        occurred_at=change.occurred_at,
    )
    details = {"entity_name": fresh.name, "points": fresh.points, "activation_id": activation.pk}
    announce(ACTIVATED[fresh.kind], entity=fresh, child=child, by=by, change=change, details=details)
    return activation


@transaction.atomic
def cancel_activation(*, activation: Activation, by: User | None) -> Activation:
    """Undo a wrong tap: give back, or take back down to the floor, what it really changed. Again: handed back unchanged.

    Raises Gone if the child was removed, ActorGone, ActorMoved.
    """
    child, by = lock_act(activation.child, by)
    activation = Activation.objects.get(pk=activation.pk)
    activation.child = child
    if activation.cancelled_at is not None:
        return activation
    entity = MODELS[activation.kind].objects.get(pk=activation.entity_id)
    change = change_points(child, floored(child, -activation.delta))
    activation.cancelled_at = change.occurred_at
    activation.save(update_fields=["cancelled_at"])
    details = {
        "entity_name": entity.name,
        "points": activation.points,
        "activation_id": activation.pk,
        "cancels": activation.sequence,
        "reason": "undone",
    }
    announce(CANCELLED[activation.kind], entity=entity, child=child, by=by, change=change, details=details)
    return activation
