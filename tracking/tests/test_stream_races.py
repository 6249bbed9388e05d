"""What is committed at any moment is sent once, in order. Each race is lost with django-eventstream's own generator, which shows that it is one."""

from time import monotonic

import pytest
from asgiref.sync import sync_to_async
from django.test import AsyncRequestFactory
from django.utils.module_loading import import_string
from django_eventstream import send_event
from django_eventstream.views import events

from tracking.stream import bell
from tracking.stream.generator import AT_ONCE
from tracking.tests import streaming_inside
from tracking.tests.streaming_inside import (
    CREATED,
    OUR_READING,
    PATIENCE,
    Client,
    acting,
    all_at_once,
    alone,
    do,
    in_a_loop,
    note_connections,
    until,
)

pytestmark = pytest.mark.django_db(transaction=True)


class Ours:
    reading = OUR_READING
    connect = staticmethod(streaming_inside.connect)


class Packages:
    """Its view and its generator, over the same storage and channels."""

    reading = "django_eventstream.eventstream.get_events"

    @staticmethod
    async def connect(user, *, last_id=None):
        request = AsyncRequestFactory().get("/", headers=last_id and {"Last-Event-ID": last_id})
        request.user = user
        return Client(await sync_to_async(events)(request))


def ring_in_full(event):
    """What the package's generator sends is what was published."""
    for channel in bell.channels_of(event):
        send_event(channel, CREATED, event.to_dict())


@pytest.fixture
def streams(request, monkeypatch):
    if request.param is Packages:
        monkeypatch.setattr(bell, "ring", ring_in_full)
    return request.param


class WentWrong(AssertionError):
    """A race was lost; anything else that fails is the test's fault."""


def expect(found, expected):
    if found != expected:
        raise WentWrong(f"{found} instead of {expected}")


def with_both(reason):
    """Run with our generator, and see that it goes wrong with the package's."""
    goes_wrong = pytest.mark.xfail(strict=True, raises=WentWrong, reason=reason)
    packages = pytest.param(Packages, marks=goes_wrong, id="package's")
    return pytest.mark.parametrize("streams", [pytest.param(Ours, id="ours"), packages], indirect=True)


@pytest.fixture
def act(task, child, parent):
    return acting(task, child, parent)


@pytest.fixture
def amid_acts(monkeypatch, act):
    """Return a function that has an act happen right before or right after each of the next readings, and returns their events."""

    def prepare(streams, when, *, times=1):
        read, happened = import_string(streams.reading), []

        def happen(now):
            if now == when and len(happened) < times:
                happened.append(alone(act))

        def read_amid_acts(*args):
            happen("before")
            outcome = read(*args)
            happen("after")
            return outcome

        monkeypatch.setattr(streams.reading, read_amid_acts)
        return happened

    return prepare


@pytest.fixture
def hold_rings(monkeypatch):
    """Return a function that returns the rings of what is committed from then on: the test makes them itself."""

    def hold():
        ring, rings = bell.ring, []
        monkeypatch.setattr(bell, "ring", lambda event: rings.append(lambda: ring(event)))
        return rings

    return hold


async def come_back(streams, parent, act, *, behind):
    """Return a client that was away while so many events were committed, and those; nothing is read of its stream yet."""
    client = await streams.connect(parent)
    await client.quiet()
    seen = await do(act)
    await client.quiet()
    await client.leave()
    assert client.events == [seen]
    missed = await do(lambda: all_at_once(act, behind))
    return await streams.connect(parent, last_id=client.last_id), missed


# A client connects


@with_both("it gives no id with stream-open")
@in_a_loop
async def test_what_was_committed_before_is_behind_the_id_of_stream_open(streams, parent, act):
    event = await do(act)

    client = await streams.connect(parent)
    await client.quiet()

    assert client.events == []
    expect(client.last_id, str(event))


@with_both("it looks for the newest id only when it is read")
@in_a_loop
async def test_an_event_is_committed_between_the_answer_and_its_stream(streams, parent, act):
    client = await streams.connect(parent)

    event = await do(act)
    await client.quiet()

    expect(client.events, [event])


@pytest.mark.parametrize("when", ["before", "after"])
@with_both("it looks for the newest id with its first reading, and once more if the bell rang meanwhile")
@in_a_loop
async def test_an_event_is_committed_around_the_first_reading(streams, parent, amid_acts, when):
    events = amid_acts(streams, when)

    client = await streams.connect(parent)
    await client.quiet()

    assert len(events) == 1
    expect(client.events, events)


@with_both("it looks for the newest id once more if the bell rang before it waits")
@in_a_loop
async def test_an_event_is_committed_when_the_stream_has_just_opened(streams, parent, act):
    client = await streams.connect(parent)
    await client.step()
    assert [message.type for message in client.messages] == ["stream-open"]

    event = await do(act)
    await client.quiet()

    expect(client.events, [event])


@with_both("it gives no id with stream-open")
@in_a_loop
async def test_a_client_is_cut_off_before_its_first_event(streams, parent, act):
    cut_off = await streams.connect(parent)
    await cut_off.quiet()
    await cut_off.leave()

    event = await do(act)
    client = await streams.connect(parent, last_id=cut_off.last_id)
    await client.quiet()

    expect(client.events, [event])


# A client comes back


@with_both("what was read already is published later, and sent again")
@in_a_loop
async def test_who_comes_back_gets_the_three_it_missed_though_the_last_rings_late(streams, parent, act, hold_rings):
    client, missed = await come_back(streams, parent, act, behind=2)
    rings = hold_rings()
    missed.append(await do(act))
    await client.quiet()
    assert client.events == missed

    await do(rings[0])
    await client.quiet()

    expect(client.events, missed)


@with_both("it reads a page again if the bell rang meanwhile")
@in_a_loop
async def test_an_event_is_committed_between_two_pages_of_a_replay(streams, parent, act):
    client, missed = await come_back(streams, parent, act, behind=AT_ONCE + 1)
    while not client.events:
        await client.step()
    assert client.events == missed[:AT_ONCE]

    event = await do(act)
    await client.quiet()

    expect(client.events, [*missed, event])


@pytest.mark.parametrize("when", ["before", "after"])
@with_both("it reads a page again if the bell rang meanwhile")
@in_a_loop
async def test_events_are_committed_around_each_reading_of_a_replay(streams, parent, act, amid_acts, when):
    client, missed = await come_back(streams, parent, act, behind=AT_ONCE + 1)
    events = amid_acts(streams, when, times=4)

    await client.quiet()

    assert len(events) == 4
    expect(client.events, [*missed, *events])


# While it waits


@with_both("it sends in the order in which was published")
@in_a_loop
async def test_two_commits_ring_the_other_way_round(streams, parent, act, hold_rings):
    client = await streams.connect(parent)
    await client.quiet()
    rings = hold_rings()
    first, second = await do(act), await do(act)

    for ring in reversed(rings):
        await do(ring)
        await client.quiet()

    expect(client.events, [first, second])


@with_both("it keeps its connection for as long as it is open")
@in_a_loop
async def test_no_database_connection_is_held_while_a_stream_waits(streams, parent, act, monkeypatch):
    connections = note_connections(monkeypatch, streams.reading)
    client = await streams.connect(parent)
    for _ in range(2):
        await client.quiet()
        await do(act)
    await client.quiet()

    deadline = monotonic() + (PATIENCE if streams is Ours else 0)
    await until(lambda: monotonic() >= deadline or not any(each.connection for each in connections))

    assert connections
    expect([each.connection for each in connections], [None] * len(connections))
