"""While Redis is away one thread knocks at it, whatever happens meanwhile; once it is there, everybody is woken."""

import asyncio
from threading import enumerate as threads
from time import monotonic, sleep

import pytest

from tracking.stream import bell
from tracking.tests.factories import build_event
from tracking.tests.racing import PATIENCE


def knocking():
    return [thread for thread in threads() if thread.name == "redis"]


@pytest.fixture
def published(monkeypatch):
    """The channels to which it was published; each attempt fails, and while it knocks somebody acts, until this says otherwise."""
    channels = []

    def fail(channel, *_):
        channels.append(channel)
        if channels.count(bell.EVERYBODY) > 5:
            return
        if channel == bell.EVERYBODY:
            bell.ring(build_event())
            assert len(knocking()) == 1
        raise ConnectionError

    monkeypatch.setattr(bell, "redis_client", object())
    monkeypatch.setattr(bell, "REST", 0.01)
    monkeypatch.setattr(bell, "send_event", fail)
    return channels


def test_one_knocks_until_it_is_heard(published):
    bell.ring(build_event())

    deadline = monotonic() + PATIENCE
    while knocking():
        assert len(knocking()) == 1
        assert monotonic() < deadline
        sleep(0.001)
    assert published.count(bell.EVERYBODY) == 6
    bell.ring(build_event())
    assert published[-2:] == ["family-1", "child-2"]


def test_without_redis_nothing_is_made_to_be_sent(monkeypatch):
    monkeypatch.setattr(bell, "send_event", lambda *_: pytest.fail("it was sent"))

    async def rings():
        with bell.listening("family-1") as listener:
            bell.ring(build_event(family_id=1))
            await asyncio.wait_for(listener.aevent.wait(), PATIENCE)
        return True

    assert asyncio.run(rings())
