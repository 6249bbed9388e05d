"""Connections as a server makes them: of those that are gone, and of those that do not read, nothing is left."""

import asyncio
import gc
import threading
from contextlib import asynccontextmanager, suppress
from contextvars import Context

import pytest
from django.core.asgi import get_asgi_application
from django.db import connection, connections
from django.utils.module_loading import import_string

from children.models import User
from tracking.stream.channels import family_channel
from tracking.stream.generator import Subscription, stream
from tracking.stream.readers import THREADS, read
from tracking.tests.streaming_inside import (
    CREATED,
    KEEP_ALIVE,
    OUR_READING,
    PATH,
    PATIENCE,
    acting,
    all_at_once,
    all_wait,
    bearer,
    do,
    in_a_loop,
    listen,
    listeners,
    messages_in,
    note_connections,
    until,
)

pytestmark = pytest.mark.django_db(transaction=True)

MORE_THAN_CONNECTIONS = 15  # of the pool to the database


@pytest.fixture
def act(task, child, parent):
    return acting(task, child, parent)


@pytest.fixture(scope="module")
def application():
    return get_asgi_application()


@pytest.fixture
def channel(family):
    return family_channel(family.pk)


# A server


class Connection:
    """To an ASGI application, that takes so many messages until somebody reads them."""

    def __init__(self, application, headers, *, capacity=0, path=PATH):
        self.sent, self.received = asyncio.Queue(capacity), asyncio.Queue()
        self.received.put_nowait({"type": "http.request"})
        fields = {"Host": "testserver", **headers}
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "scheme": "http",
            "method": "GET",
            "path": path,
            "query_string": b"",
            "headers": [(name.lower().encode(), value.encode()) for name, value in fields.items()],
        }
        answering = application(scope, self.received.get, self.sent.put)
        self.task = asyncio.create_task(answering, context=Context())  # or else all would share a thread

    async def part(self):
        """Return the status, then the text of each part that says something."""
        async with asyncio.timeout(PATIENCE):
            message = await self.sent.get()
        text = message.get("body", b"").decode()
        return await self.part() if text == KEEP_ALIVE else message.get("status", text)

    async def disconnect(self):
        """As a server tells of it. Returns when nobody is at work any more."""
        self.received.put_nowait({"type": "http.disconnect"})
        await self.task


@asynccontextmanager
async def connected(application, *users):
    """Yield a connection of each."""
    headers = [await do(lambda user=user: bearer(user)) for user in users]
    clients = [Connection(application, each) for each in headers]
    try:
        yield clients
    finally:
        for client in clients:
            await client.disconnect()


@pytest.fixture
def no_garbage_collector():
    """Which might come in time, and might not."""
    gc.disable()
    yield
    gc.enable()


@in_a_loop
async def test_who_disconnects_while_the_stream_waits_is_forgotten(application, parent):
    client = Connection(application, await do(lambda: bearer(parent)))
    assert [await client.part(), (await client.part())[:19]] == [200, "event: stream-open\n"]
    await until(lambda: listeners() and all_wait())

    await client.disconnect()

    assert listeners() == set()


@in_a_loop
async def test_who_does_not_read_and_disconnects_is_forgotten(application, parent, act, no_garbage_collector):
    client = Connection(application, await do(lambda: bearer(parent)), capacity=2)
    await until(lambda: listeners() and all_wait())

    await do(lambda: all_at_once(act, 20))
    await until(lambda: not all_wait())
    assert client.sent.full()
    await client.disconnect()

    assert listeners() == set()
    assert [await client.part(), (await client.part())[:19]] == [200, "event: stream-open\n"]
    assert client.sent.empty()


@in_a_loop
async def test_who_disconnects_before_the_answer_is_forgotten(application, parent):
    client = Connection(application, await do(lambda: bearer(parent)))

    await client.disconnect()

    assert listeners() == set()


@in_a_loop
async def test_the_connection_with_which_it_was_answered_is_given_back(application, parent, monkeypatch):
    used = note_connections(monkeypatch, "tracking.api.stream.get_storage")

    async with connected(application, parent):
        await until(lambda: listeners() and all_wait())

        assert used
        await until(lambda: not held(used))


def held(connections):
    return [each for each in connections if each.connection is not None]


@in_a_loop
async def test_however_many_read_at_once_nothing_is_held_afterwards(db):
    used = set()

    def look():
        used.add(connections["default"])
        User.objects.count()

    for _ in range(100):
        await asyncio.gather(*[read(look) for _ in range(2 * THREADS - 1)])
        await until(lambda: not held(used), patience=10)

    assert used


@in_a_loop
async def test_there_may_be_more_streams_than_database_connections_and_none_keeps_a_thread(application, parent, act):
    threads = len(threads_of_connections())

    async with connected(application, *[parent] * MORE_THAN_CONNECTIONS) as clients:
        await until(lambda: len(listeners()) == MORE_THAN_CONNECTIONS and all_wait())
        await until(lambda: len(threads_of_connections()) <= threads)
        event = await do(act)
        parts = [[await client.part() for _ in range(3)] for client in clients]

    for status, *texts in parts:
        messages = [(message.type, message.id) for message in messages_in("".join(texts))]
        assert (status, messages) == (200, [("stream-open", "0"), (CREATED, str(event))])
    assert listeners() == set()
    await until(lambda: len(threads_of_connections()) <= threads)
    assert connection.settings_dict["OPTIONS"].get("pool", {}).get("max_size", 0) < MORE_THAN_CONNECTIONS


def threads_of_connections():
    """Those that asgiref starts; the loop's own are called otherwise."""
    return [thread for thread in threading.enumerate() if thread.name.startswith("ThreadPoolExecutor-")]


@in_a_loop
async def test_a_reading_that_hangs_holds_nobody_else_up(application, parent, stranger, channel, act, monkeypatch):
    """Each waits for up to 20 s while PostgreSQL is away, or SQLite is busy."""
    hangs, go_on, read_once = threading.Event(), threading.Event(), import_string(OUR_READING)

    def hang(subscription, last_id):
        if subscription.channel != channel:
            hangs.set()
            assert go_on.wait(PATIENCE)
        return read_once(subscription, last_id)

    monkeypatch.setattr(OUR_READING, hang)
    async with connected(application, stranger, parent) as (_, client):
        assert await asyncio.to_thread(hangs.wait, PATIENCE)
        assert [await client.part(), (await client.part())[:19]] == [200, "event: stream-open\n"]
        event = await do(act)
        try:
            async with asyncio.timeout(5):
                message = await client.part()
        finally:
            go_on.set()

    assert f"id: {event}\n" in message


# The generator


def subscribe(channel, user, identify=None):
    return stream(Subscription(channel, 0, False, identify or (lambda: user)))


@in_a_loop
async def test_nobody_listens_before_the_first_part_is_asked_for(channel, parent):
    parts = subscribe(channel, parent)

    assert listeners() == set()
    await parts.aclose()


@in_a_loop
async def test_a_stream_that_is_closed_listens_no_more(channel, parent):
    parts = subscribe(channel, parent)
    await anext(parts)
    assert len(listeners()) == 1

    await parts.aclose()

    assert listeners() == set()


@in_a_loop
async def test_a_stream_that_is_cancelled_while_it_waits_listens_no_more(parent):
    client = await listen(parent)
    assert len(listeners()) == 1

    await client.leave()

    assert listeners() == set()


@in_a_loop
async def test_a_stream_that_is_cancelled_while_it_reads_leaves_nothing_behind(channel, parent, monkeypatch):
    reads, go_on, used = threading.Event(), threading.Event(), note_connections(monkeypatch)

    def identify():
        connection.ensure_connection()
        reads.set()
        assert go_on.wait(PATIENCE)

    parts = subscribe(channel, parent, identify)
    await anext(parts)
    reading = asyncio.create_task(anext(parts))
    assert await asyncio.to_thread(reads.wait, PATIENCE)

    reading.cancel()
    with suppress(asyncio.CancelledError):
        await reading
    left = listeners()
    go_on.set()

    assert left == set()
    await until(lambda: used[0].connection is None)


@in_a_loop
async def test_a_stream_that_fails_leaves_nothing_behind(channel, parent, monkeypatch):
    def identify():
        connection.ensure_connection()
        raise LookupError

    used = note_connections(monkeypatch)
    parts = subscribe(channel, parent, identify)
    await anext(parts)

    with pytest.raises(LookupError):
        await anext(parts)

    assert listeners() == set()
    await until(lambda: used[0].connection is None)
