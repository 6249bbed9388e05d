"""What wakes a stream, what it does while nothing happens, and that nothing is left of it when its client is gone."""

import asyncio

import pytest
from django.db import transaction
from django_eventstream.views import MAX_PENDING

from tracking.models import TrackingEvent
from tracking.stream import bell
from tracking.stream.channels import family_channel
from tracking.tests.racing import holding, race
from tracking.tests.streaming_inside import (
    acting,
    all_at_once,
    connect,
    do,
    in_a_loop,
    listen,
    listeners,
    until,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def act(task, child, parent):
    return acting(task, child, parent)


@pytest.fixture
def channel(family):
    return family_channel(family.pk)


@pytest.fixture
def often(settings):
    settings.STREAM_KEEP_ALIVE = 0.02


# The bell


@in_a_loop
async def test_a_ring_without_an_event_sends_nothing(parent, channel):
    client = await listen(parent)
    before = client.text

    for _ in range(3):
        bell.ring_here([channel])
        await client.quiet()

    assert client.text == before


@in_a_loop
async def test_an_event_is_sent_when_it_is_committed_and_not_before(parent, channel, act):
    client = await listen(parent)

    with holding(act) as held:
        bell.ring_here([channel])
        await client.quiet()
        assert client.events == []
    await client.quiet()

    assert client.events == [held.result()]


@in_a_loop
async def test_what_is_rolled_back_is_never_sent(parent, channel, act):
    def roll_back():
        with transaction.atomic():
            act()
            transaction.set_rollback(True)

    client = await listen(parent)

    await do(roll_back)
    bell.ring_here([channel])
    await client.quiet()

    assert client.events == []


@in_a_loop
async def test_more_rings_than_are_kept_come_at_once(parent, act, monkeypatch):
    client = await listen(parent)
    with monkeypatch.context() as held:
        rung = []
        held.setattr(bell, "ring", rung.append)
        events = await do(lambda: all_at_once(act, 2 * MAX_PENDING + 1))

    for event in rung:  # in the loop, so that nobody wakes in between
        bell.ring(event)
    await client.quiet()
    events.append(await do(act))
    await client.quiet()

    assert client.events == events


@in_a_loop
async def test_who_does_not_read_for_a_while_costs_nothing_and_loses_nothing(parent, act):
    client = await connect(parent)
    await client.step()

    events = await do(lambda: all_at_once(act, 2 * MAX_PENDING + 1))

    (listener,) = listeners()
    assert sum(len(items) for items in listener.channel_items.values()) <= MAX_PENDING
    await client.quiet()
    assert client.events == events


@in_a_loop
async def test_acts_of_many_at_the_same_time_come_once_and_in_order(parent, act):
    client = await listen(parent)

    await asyncio.to_thread(race, *[lambda: [act() for _ in range(5)]] * 4)
    await client.quiet()

    ids = await do(lambda: list(TrackingEvent.objects.order_by("id").values_list("id", flat=True)))
    assert client.events == ids
    assert len(ids) == 20


@in_a_loop
async def test_two_clients_are_both_told(parent, other_parent, act):
    clients = [await connect(user) for user in (parent, other_parent)]
    for client in clients:
        client.read_on()
    await until(lambda: len(listeners()) == 2)

    event = await do(act)
    for client in clients:
        await client.quiet()

    assert [client.events for client in clients] == [[event], [event]]


# Time


@in_a_loop
async def test_an_event_whose_ring_is_lost_comes_with_the_next_keep_alive(parent, act, monkeypatch, often):
    client = await listen(parent)
    monkeypatch.setattr(bell, "ring", lambda event: None)

    event = await do(act)
    await until(lambda: client.events)

    assert client.events == [event]


@in_a_loop
async def test_a_client_is_told_that_the_stream_is_alive(parent, often):
    client = await listen(parent)

    await until(lambda: client.keep_alives >= 3)

    assert [message.type for message in client.messages] == ["stream-open"]


@in_a_loop
async def test_rings_that_never_stop_leave_time_for_that(parent, channel, often):
    client = await listen(parent)

    while client.keep_alives < 3:
        bell.ring_here([channel])
        await asyncio.sleep(0)

    assert client.events == []


@in_a_loop
async def test_that_is_due_so_long_after_the_last_that_was_sent(parent, channel, act, settings):
    settings.STREAM_KEEP_ALIVE = 100
    skip = time_machine()
    client = await listen(parent)
    skip(100)
    await until(lambda: client.keep_alives)

    before = client.keep_alives
    skip(50)
    bell.ring_here([channel])
    await client.quiet()
    assert client.keep_alives == before
    skip(60)  # what sent nothing did not put it off
    await until(lambda: client.keep_alives == before + 1, patience=20)

    skip(50)
    await do(act)
    await client.quiet()
    skip(60)  # an event did
    bell.ring_here([channel])
    await client.quiet()
    assert client.keep_alives == before + 1
    skip(50)
    await until(lambda: client.keep_alives == before + 2, patience=20)


def time_machine():
    """Return a function that skips so many seconds of the running loop's time."""
    loop, skipped = asyncio.get_running_loop(), []
    time = loop.time
    loop.time = lambda: time() + sum(skipped)
    return skipped.append
