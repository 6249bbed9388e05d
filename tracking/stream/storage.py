"""The trail as django-eventstream's storage: nothing is written twice."""

import json

from django_eventstream.event import Event
from django_eventstream.storage import EventDoesNotExist, StorageBase

from tracking.models.event_queryset import TrackingEventQuerySet
from tracking.stream.channels import events_on

CREATED = "tracking_event_created"


class TrailStorage(StorageBase):
    """`append_event` is asked by `send_event`; `get_events` by the package's own generator only, which tests and the benchmark run."""

    def append_event(self, channel: str, event_type: str, data: str) -> Event:
        """Return what rings the bell for an event that is in the trail already; `data` holds its id."""
        return Event(channel, event_type, data, id=json.loads(data)["id"])

    def get_events(self, channel: str, last_id: int, limit: int = 100) -> list[Event]:
        """Return what came after `last_id`, the oldest first. Raises EventDoesNotExist for an id that is none of the channel's."""
        if not self.knows(channel, last_id):
            raise EventDoesNotExist(f"No such event {last_id}", self.get_current_id(channel))
        return messages(channel, events_on(channel).filter(id__gt=last_id)[:limit])

    def get_current_id(self, channel: str) -> int:
        """Return the newest id, 0 while there is none."""
        newest = events_on(channel).order_by("-id").values_list("id", flat=True).first()
        return newest or 0

    def knows(self, channel: str, last_id: int) -> bool:
        """Whether that is a place in the channel: one of its events, or before all of them."""
        return last_id == 0 or events_on(channel).filter(id=last_id).exists()


def messages(channel: str, events: TrackingEventQuerySet) -> list[Event]:
    """Return what is sent of these events: their plain forms."""
    return [Event(channel, CREATED, json.dumps(plain), id=plain["id"]) for plain in events.plain()]
