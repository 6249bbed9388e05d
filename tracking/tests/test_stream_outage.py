"""A stream outlives a database that is away, and asks little of one that is there."""

from threading import Event

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.utils.module_loading import import_string

from tracking.stream import generator
from tracking.stream.readers import THREADS
from tracking.tests.streaming_inside import (
    OUR_READING,
    PATIENCE,
    acting,
    bearer,
    connect_with,
    do,
    in_a_loop,
    listen,
    session,
    until,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def act(task, child, other_parent):
    """Somebody else acts than who is listening."""
    return acting(task, child, other_parent)


@pytest.fixture
def watcher(request):
    """Who is listening, by the name of its fixture."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def warnings(caplog):
    """What the streams logged so far."""
    return lambda: [record for record in caplog.records if record.name == generator.__name__]


def named(value):
    return value if isinstance(value, str) else getattr(value, "__name__", None)


def wrap_queries(patch, wrapper):
    """Have it around each query that streams do from now on."""
    read = import_string(OUR_READING)

    def read_so(*arguments):
        with connection.execute_wrapper(wrapper):
            return read(*arguments)

    patch.setattr(OUR_READING, read_so)


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
@in_a_loop
async def test_a_stream_outlives_a_database_that_is_away(parent, act, monkeypatch, warnings, error):
    def fail(*_):
        raise error("it is away")

    monkeypatch.setattr(generator, "AGAIN", 0.01)
    client = await listen(parent)

    with monkeypatch.context() as patch:
        wrap_queries(patch, fail)
        event = await do(act)
        await until(lambda: len(warnings()) >= 2)
    await until(lambda: client.events)

    assert client.events == [event]
    assert not client.has_ended
    assert {(record.levelname, record.getMessage()) for record in warnings()} == {
        ("WARNING", "The stream could not be read: it is away")
    }


@in_a_loop
async def test_it_says_meanwhile_that_it_is_alive(parent, monkeypatch, settings):
    def fail(*_):
        raise OperationalError

    monkeypatch.setattr(generator, "AGAIN", 0.01)
    settings.STREAM_KEEP_ALIVE = 0.05
    client = await listen(parent)

    wrap_queries(monkeypatch, fail)
    before = client.keep_alives
    await until(lambda: client.keep_alives > before + 2)

    assert client.events == []
    assert not client.has_ended


@in_a_loop
async def test_a_database_that_keeps_readings_waiting_does_not_silence_them(parent, act, monkeypatch, settings):
    def hang(execute, *query):
        assert go_on.wait(PATIENCE)
        return execute(*query)

    settings.STREAM_KEEP_ALIVE = 0.05
    clients, go_on = [await listen(parent) for _ in range(THREADS + 1)], Event()
    wrap_queries(monkeypatch, hang)

    event = await do(act)
    before = [client.keep_alives for client in clients]
    await until(lambda: all(client.keep_alives > count + 2 for client, count in zip(clients, before, strict=True)))
    go_on.set()
    await until(lambda: all(client.events for client in clients))

    assert [client.events for client in clients] == [[event]] * len(clients)


@pytest.mark.parametrize(
    ("credentials", "watcher", "expected"),
    [
        (bearer, "parent", 2),  # the token with whose it is, the events
        (bearer, "child_user", 2),
        (bearer, "admin", 2),
        (bearer, "staff", 4),  # its own permissions, and those of its groups
        (session, "parent", 4),  # the session, the user, its child
    ],
    indirect=["watcher"],
    ids=named,
)
@in_a_loop
async def test_the_queries_of_one_reading(credentials, watcher, expected, family, act, monkeypatch):
    def note(execute, sql, *rest):
        queries.append(sql)
        return execute(sql, *rest)

    queries = []
    query = f"?family_id={family.pk}" if watcher.is_staff else ""
    client = await connect_with(await do(lambda: credentials(watcher)), query)
    await client.quiet()

    wrap_queries(monkeypatch, note)
    event = await do(act)
    await client.quiet()

    assert client.events == [event]
    assert len(queries) == expected, queries
