"""Clients that take their time, and many at once: a file that waits holds next to nothing, and nobody else up."""

import asyncio
import tracemalloc
from threading import Event

import pytest
from django.core.asgi import get_asgi_application
from django.utils.module_loading import import_string

from children.services.activations import activate
from tracking.exports import chunks as reading
from tracking.exports.response import THREADS
from tracking.stream.readers import read
from tracking.tests.exporting import FILES
from tracking.tests.streaming_inside import PATIENCE, bearer, do, in_a_loop, note_connections, until
from tracking.tests.test_export_chunks import fill
from tracking.tests.test_stream_connections import Connection, held, threads_of_connections

OUR_READING = "tracking.exports.chunks._read"
MANY = 12
each_file = pytest.mark.parametrize("path", FILES)


@pytest.fixture
def trail(parent, child, task, monkeypatch):
    """Five events of one child, which are read in three chunks."""
    monkeypatch.setattr(reading, "CHUNK", 2)
    for _ in range(5):
        activate(entity=task, child=child, by=parent)


@pytest.fixture(scope="module")
def application():
    return get_asgi_application()


async def stalled(application, user, path, count):
    """Begin so many files, of each of which the status is read, and nothing else."""
    headers = [await do(lambda: bearer(user)) for _ in range(count)]
    clients = [Connection(application, each, path=path, capacity=1) for each in headers]
    assert [await client.part() for client in clients] == [200] * count
    return clients


@pytest.mark.django_db(transaction=True)
@each_file
@in_a_loop
async def test_while_clients_take_a_part_they_hold_no_thread_and_no_connection(
    application, parent, trail, monkeypatch, path
):
    noted = note_connections(monkeypatch, OUR_READING)
    views = note_connections(monkeypatch, "tracking.api.exports.export")
    threads = len(threads_of_connections())

    clients = await stalled(application, parent, path, MANY)

    await until(lambda: all(client.sent.full() for client in clients))
    await until(lambda: len(threads_of_connections()) <= threads)
    await until(lambda: not held(noted + views))
    assert len(views) == MANY
    for client in clients:
        await client.disconnect()


@pytest.mark.django_db
@each_file
def test_what_has_been_sent_is_not_kept(client, admin, path):
    """Nor is what has been read, of which a part is made: that is many times as large."""
    fill(200)
    headers = bearer(admin)
    first_part_of(client, path, headers)  # what is made once

    tracemalloc.start()
    try:
        waiting, size = [], 0
        for _ in range(MANY):
            parts, part = first_part_of(client, path, headers)
            waiting.append(parts)
            size += len(part)
        del part
        taken = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()

    assert taken < size * 2


def first_part_of(client, path, headers):
    parts = iter(client.get(path, headers=headers).streaming_content)
    next(parts)
    return parts, next(parts)


@pytest.mark.django_db(transaction=True)
@in_a_loop
async def test_files_that_take_long_to_read_do_not_hold_up_the_streams(application, parent, trail, monkeypatch):
    go_on, reads, read_rows = Event(), [], import_string(OUR_READING)

    def hang(events):
        reads.append(None)
        assert go_on.wait(PATIENCE)
        return read_rows(events)

    monkeypatch.setattr(OUR_READING, hang)
    headers = [await do(lambda: bearer(parent)) for _ in range(MANY)]
    clients = [
        Connection(application, each, path=path) for each, path in zip(headers, FILES * (MANY // 2), strict=True)
    ]
    await until(lambda: len(reads) == THREADS)
    try:
        async with asyncio.timeout(5):
            assert await read(len, "four") == 4
        assert len(reads) == THREADS
    finally:
        go_on.set()
    for client in clients:
        await client.task

    assert len(reads) == MANY * 3
