"""`family-<id>` is for a family's parents, and for an admin who names it; `child-<id>` for that child."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django_eventstream.channelmanager import ChannelManagerBase

from children.models import Child, User
from tracking.models import TrackingEvent
from tracking.models.event_queryset import TrackingEventQuerySet


def family_channel(family_id: int) -> str:
    return f"family-{family_id}"


def child_channel(child_id: int) -> str:
    return f"child-{child_id}"


def channels_of(event: TrackingEvent) -> tuple[str, str]:
    return family_channel(event.family_id), child_channel(event.child_id)


def home_channel(user: User) -> str | None:
    """The channel of who is in a family; None for anybody else."""
    if user.family_id is None:
        return None
    return family_channel(user.family_id) if user.own_child is None else child_channel(user.own_child.pk)


def events_on(channel: str) -> TrackingEventQuerySet:
    """The events of a channel in the order of their ids, which is that of their commits: all acts of a family wait for its lock."""
    kind, _, number = channel.partition("-")
    events = TrackingEvent.objects.filter(**{f"{kind}_id": int(number)})
    if kind == "child":  # for the index by family and id
        events = events.filter(family_id=Child.objects.filter(pk=number).values("family_id")[:1])
    return events.order_by("id")


class TrailChannels(ChannelManagerBase):
    """What django-eventstream asks: one channel per connection, chosen here from who is asking."""

    def get_channels_for_request(self, request: HttpRequest, view_kwargs: dict[str, Any]) -> set[str]:
        """Return the channel of who is asking, or of the `family_id` in `view_kwargs`; none for who has none."""
        family_id = view_kwargs.get("family_id")
        if family_id is not None:
            return {family_channel(family_id)}
        home = home_channel(request.user) if isinstance(request.user, User) else None
        return {home} if home else set()

    def can_read_channel(self, user: User | AnonymousUser | None, channel: str) -> bool:
        if not isinstance(user, User) or not user.is_active:
            return False
        return channel == home_channel(user) or (user.is_admin and channel.startswith("family-"))

    def is_channel_reliable(self, channel: str) -> bool:
        """Yes: whatever is missed is in the storage."""
        return True
