"""Who and which child, by name, also when either is gone."""

from collections.abc import Sequence

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext

from children.models import Child
from children.models.user import Role
from tracking.models import TrackingEvent


def look_up_names(events: Sequence[TrackingEvent]) -> None:
    """Put their users and the names of their children on `events`, in one query each, however many there are."""
    prefetch_related_objects(events, "user")
    ids = {event.child_id for event in events}
    names = dict(Child.objects.present().filter(pk__in=ids).values_list("pk", "name"))
    for event in events:
        event.child_name = names.get(event.child_id)  # type: ignore[attr-defined]


def who(event: TrackingEvent) -> str:
    if event.user is not None:
        return event.user.username
    if event.actor_role == Role.SYSTEM:
        return gettext("system")
    return gettext("anonymised %(role)s") % {"role": Role(event.actor_role).label}


def child_name(event: TrackingEvent) -> str:
    """The child's name; its number if it was removed. `look_up_names` comes first."""
    return event.child_name or gettext("removed child %(id)s") % {"id": event.child_id}  # type: ignore[attr-defined]
