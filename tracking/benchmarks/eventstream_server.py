"""The same server, but that django-eventstream's own generator makes its streams: for uvicorn, to compare with."""

import json
from collections.abc import AsyncGenerator

from asgiref.sync import sync_to_async
from django.core.asgi import get_asgi_application

application = get_asgi_application()

from django_eventstream import EventRequest, send_event  # noqa: E402 - needs what was made above, as all that follows
from django_eventstream.views import Listener, stream  # noqa: E402

from tracking.models import TrackingEvent  # noqa: E402
from tracking.stream import bell, generator  # noqa: E402
from tracking.stream.channels import channels_of  # noqa: E402
from tracking.stream.storage import CREATED  # noqa: E402


async def their_stream(subscription: generator.Subscription) -> AsyncGenerator[str, None]:
    request, listener = EventRequest(), Listener()
    request.channels = listener.channels = {subscription.channel}
    request.is_next = request.is_recover = False
    request.user = await sync_to_async(subscription.identify)()
    async for part in stream(request, listener):
        yield part


def ring_with_all_of_it(event: TrackingEvent) -> None:
    """Theirs sends what was published."""
    for channel in channels_of(event):
        send_event(channel, CREATED, json.dumps(event.to_dict()), json_encode=False)


generator.stream = their_stream  # before the view is imported, with the first request
bell.ring = ring_with_all_of_it
