from typing import Any

from django.utils import timezone

from children.models import Child, Item, User
from children.points import PointsChange
from tracking.models import TrackingEvent


def make_event(
    *, entity: Item, child: Child, by: User, change: PointsChange, details: dict[str, Any], **signal: object
) -> TrackingEvent:
    """Return the event of what a parent activated, unsaved; the arguments are those of `children.signals`."""
    return TrackingEvent(
        user_id=by.pk,
        actor_role="parent",
        family_id=child.family_id,
        child_id=child.pk,
        sequence=change.sequence,
        entity_type="task",
        entity_id=entity.pk,
        action="activated",
        points_before=change.before,
        points_after=change.after,
        delta=change.delta,
        occurred_at=change.occurred_at,
        created_at=timezone.now(),
        metadata=details,
    )
