"""Who and which child, by name, also when either is gone."""

from collections.abc import Sequence

from django.utils.translation import gettext

from children.models import Child, User
from children.models.user import Role
from tracking.models import TrackingEvent


def look_up_names(events: Sequence[TrackingEvent]) -> None:
    """Put the names of their users and of their children on `events`, in one query each, however many there are."""
    users = User.objects.filter(pk__in={event.user_id for event in events} - {None})
    usernames = dict(users.values_list("pk", "username"))
    children = Child.objects.present().filter(pk__in={event.child_id for event in events})
    names = dict(children.values_list("pk", "name"))
    for event in events:
        event.username = usernames.get(event.user_id)  # type: ignore[attr-defined]
        event.child_name = names.get(event.child_id)  # type: ignore[attr-defined]


def username(event: TrackingEvent) -> str | None:
    """The user's name, None if that is nobody. `look_up_names` comes first."""
    return event.username  # type: ignore[attr-defined]


def who(event: TrackingEvent) -> str:
    """The user's name, or else its role."""
    name = username(event)
    if name is not None:
        return name
    if event.actor_role == Role.SYSTEM:
        return gettext("system")
    return gettext("anonymised %(role)s") % {"role": Role(event.actor_role).label}


def child_name(event: TrackingEvent) -> str:
    """The child's name; its number if it was removed. `look_up_names` comes first."""
    return event.child_name or gettext("removed child %(id)s") % {"id": event.child_id}  # type: ignore[attr-defined]
