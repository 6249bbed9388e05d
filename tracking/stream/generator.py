"""What one connection is sent."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from dataclasses import dataclass
from random import random

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django_eventstream.event import Event
from django_eventstream.utils import get_channelmanager, sse_encode_event
from django_eventstream.views import Listener

from children.models import User
from tracking.stream.bell import hush, listening
from tracking.stream.channels import TrailChannels, events_on
from tracking.stream.ending import ending
from tracking.stream.readers import read
from tracking.stream.storage import messages
from tracking.threads import Reading

AT_ONCE = 100  # events in one reading
AGAIN = 1  # seconds, after which a database that did not answer is asked again

KEEP_ALIVE = sse_encode_event("keep-alive", "")

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Subscription:
    """A connection to `channel`, to be sent what came after event `last_id`.

    `identify` judges its credentials anew, and returns whose they are, None if they are good no more.
    """

    channel: str
    last_id: int
    is_reset: bool  # the client came with an id from nowhere
    identify: Callable[[], User | None]


async def stream(subscription: Subscription) -> AsyncGenerator[str, None]:
    """Yield each event of the channel once, in the order of their ids, until the credentials end, the client leaves, or the server stops.

    It listens before it reads, and hushes the bell before each reading: what is committed at any moment is read or rings. Nothing
    of a database is held in between, and a database that keeps a reading waiting does not silence it.
    """
    last_id, quiet = subscription.last_id, Quiet()
    with listening(subscription.channel) as listener:
        yield _opening(subscription)
        while not ending.is_set():
            hush(listener)
            reading = read(_read_once, subscription, last_id)
            async for keep_alive in _meanwhile(reading, quiet):
                yield keep_alive
            events, patience = _outcome(reading)
            if events is None:
                return
            if events:
                last_id = events[-1].id
                yield quiet.broken(
                    "".join(sse_encode_event(event.type, event.data, event_id=event.id) for event in events)
                )
            elif quiet.is_over():
                yield quiet.broken(KEEP_ALIVE)
            await _rung(listener, min(quiet.left(), patience))


class Quiet:
    """The time since something was sent; a keep-alive is due when it is over."""

    def __init__(self) -> None:
        # Or else streams that were opened together would all read at one moment, for ever.
        self._now = asyncio.get_running_loop().time
        self._began = self._now() - random() * settings.STREAM_KEEP_ALIVE  # noqa: S311

    def left(self) -> float:
        return self._began + settings.STREAM_KEEP_ALIVE - self._now()

    def is_over(self) -> bool:
        return self.left() <= 0

    def broken(self, text: str) -> str:
        """Return what is sent now."""
        self._began = self._now()
        return text


def _opening(subscription: Subscription) -> str:
    """With an id from the first moment on: whoever is cut off before the first event misses none."""
    opening: str = sse_encode_event("stream-open", "", event_id=subscription.last_id)
    if subscription.is_reset:
        channels = {"channels": [subscription.channel]}
        opening += sse_encode_event("stream-reset", channels, event_id=subscription.last_id, json_encode=True)
    return opening


async def _meanwhile(reading: Reading, quiet: Quiet) -> AsyncIterator[str]:
    """Wait for a reading, with keep-alives; not if the server stops."""
    try:
        while not (reading.done() or ending.is_set()):
            await asyncio.wait([reading], timeout=min(AGAIN, max(quiet.left(), 0)))
            if quiet.is_over() and not reading.done():
                yield quiet.broken(KEEP_ALIVE)
    finally:
        reading.cancel()


def _outcome(reading: Reading) -> tuple[list[Event] | None, float]:
    """Return the events, or None if the stream is to end; and how long at most to wait until the next reading."""
    if reading.cancelled():
        return None, 0
    try:
        events = reading.result()
        return events, 0 if events and len(events) == AT_ONCE else float("inf")
    except (OperationalError, InterfaceError) as error:
        logger.warning("The stream could not be read: %s", error)
        return [], AGAIN


def _read_once(subscription: Subscription, last_id: int) -> list[Event] | None:
    """The events first: what is committed after the credentials ended is never sent."""
    events = messages(subscription.channel, events_on(subscription.channel).filter(id__gt=last_id)[:AT_ONCE])
    channels: TrailChannels = get_channelmanager()
    return events if channels.can_read_channel(subscription.identify(), subscription.channel) else None


async def _rung(listener: Listener, patience: float) -> None:
    """Wait for the bell, at most so many seconds."""
    if patience <= 0:  # it does not even look as if it waited
        return
    try:
        async with asyncio.timeout(patience):
            await listener.aevent.wait()
    except TimeoutError:
        pass
