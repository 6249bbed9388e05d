"""Under ASGI, where Django would collect a file before it sends it: it is sent while it is read."""

import csv
from io import StringIO

import pytest
from django.db import OperationalError
from django.test import AsyncClient

from children.services.activations import activate
from children.services.children import remove_child
from tracking.exports import chunks as reading
from tracking.tests.exporting import CSV, FILES, JSON_LINES
from tracking.tests.streaming_inside import bearer, do, in_a_loop, note_connections

pytestmark = pytest.mark.django_db(transaction=True)

OUR_READING = "tracking.exports.chunks._read"
each_file = pytest.mark.parametrize("path", FILES)


@pytest.fixture
def trail(parent, child, task, monkeypatch):
    """Five events of one child, which are read in three chunks."""
    monkeypatch.setattr(reading, "CHUNK", 2)
    for _ in range(5):
        activate(entity=task, child=child, by=parent)


async def download(user, path):
    """Begin, and return the answer, of which nothing is read yet."""
    headers = await do(lambda: bearer(user))
    answer = await AsyncClient().get(path, headers=headers)
    assert answer.status_code == 200
    return answer


async def rest_of(parts):
    return b"".join([part async for part in parts])


def rows_in(content):
    return [row for row in csv.reader(StringIO(content.decode(), newline="")) if row[0] != "id"]


@each_file
@in_a_loop
async def test_it_is_what_a_worker_sends(client, parent, trail, path):
    answer = await download(parent, path)

    content = await rest_of(answer.streaming_content)

    headers = await do(lambda: bearer(parent))
    assert content == await do(lambda: client.get(path, headers=headers).getvalue())
    assert answer.headers["X-Total-Count"] == "5"


@in_a_loop
async def test_the_first_events_are_sent_before_the_last_are_read(parent, child, task, trail):
    parts = (await download(parent, CSV)).streaming_content
    first = await anext(parts) + await anext(parts)

    await do(lambda: activate(entity=task, child=child, by=parent))
    await do(lambda: remove_child(child=child, by=parent))
    last = await rest_of(parts)

    assert [(row[5], row[16]) for row in rows_in(first)] == [("5", "Ada"), ("4", "Ada")]
    assert [(row[5], row[16]) for row in rows_in(last)] == [("3", ""), ("2", ""), ("1", "")]


@each_file
@in_a_loop
async def test_who_leaves_midway_leaves_nothing_behind(parent, trail, monkeypatch, path):
    noted = note_connections(monkeypatch, OUR_READING)
    answer = await download(parent, path)
    parts = answer.streaming_content
    assert await anext(parts) + await anext(parts)

    await parts.aclose()
    answer.close()

    assert [each.connection for each in noted] == [None] * len(noted)


@in_a_loop
async def test_if_the_database_fails_midway_it_does_not_end_as_if_it_were_whole(parent, trail, monkeypatch):
    parts = (await download(parent, JSON_LINES)).streaming_content
    assert await anext(parts) + await anext(parts)

    def fail(events):
        raise OperationalError("gone")

    monkeypatch.setattr(OUR_READING, fail)
    with pytest.raises(OperationalError):
        await rest_of(parts)
