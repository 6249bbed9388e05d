"""Waking the streams: django-eventstream's registry of listeners and, where Redis is set, its `send_event`, which goes through that."""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from threading import Event, Lock, Thread
from time import sleep

from django_eventstream import send_event
from django_eventstream.event import Event as Ring
from django_eventstream.eventstream import redis_client
from django_eventstream.views import Listener, get_listener_manager

from tracking.models import TrackingEvent
from tracking.stream.channels import channels_of
from tracking.stream.storage import CREATED

EVERYBODY = "everybody"  # a channel of bells only
REST = 2  # seconds

logger = logging.getLogger(__name__)

_resting, _knocking = Event(), Lock()


def ring(event: TrackingEvent) -> None:
    """Wake who listens to an event's channels, in every process. It never fails, and waits for Redis once, not at each event."""
    channels = channels_of(event)
    if redis_client is None or _resting.is_set():  # without Redis all streams are this process's
        ring_here(channels)
        return
    try:
        for channel in channels:
            send_event(channel, CREATED, {"id": event.pk})
    except Exception as error:  # noqa: BLE001 - whatever it is: the event is in the trail
        logger.warning("Redis did not take event %s, other processes show it later: %s", event.pk, error)
        _let_redis_rest()
        ring_here(channels)


def _let_redis_rest() -> None:
    _resting.set()
    if _knocking.acquire(blocking=False):  # one thread is enough
        Thread(target=_knock, name="redis", daemon=True).start()


def _knock() -> None:
    """Wait until Redis takes a message again: one that wakes everybody, since others were not told meanwhile."""
    while _resting.is_set():
        sleep(REST)
        _resting.clear()  # before: who acts from now on tells it itself
        try:
            send_event(EVERYBODY, CREATED, {"id": 0})
        except Exception:  # noqa: BLE001 - it has been told above
            _resting.set()
    _knocking.release()
    if _resting.is_set():  # an act failed in between, and found somebody knocking
        _let_redis_rest()


def ring_here(channels: Iterable[str]) -> None:
    """Wake who listens in this process."""
    for channel in channels:
        get_listener_manager().add_to_queues(channel, Ring(channel, CREATED, {}))


def ring_everybody() -> None:
    """Wake all that listen in this process: something may have been missed."""
    manager = get_listener_manager()
    with manager.lock:
        for listener in {one for listeners in manager.listeners_by_channel.values() for one in listeners}:
            listener.wake_threadsafe()


@contextmanager
def listening(channel: str) -> Iterator[Listener]:
    """Be woken for a channel, within a running event loop."""
    listener, manager = Listener(), get_listener_manager()
    listener.channels = {channel}
    listener.assign_loop()
    manager.add_listener(listener)
    try:
        yield listener
    finally:
        manager.remove_listener(listener)


def hush(listener: Listener) -> None:
    """Forget that it rang. Before reading: what is committed later rings again."""
    with get_listener_manager().lock:
        listener.aevent.clear()
        listener.channel_items, listener.overflow = {}, False
