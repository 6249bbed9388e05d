"""Whoever comes back to the stream with the id of an event that was purged meanwhile."""

import pytest

from children import clock
from tracking.tests.aging import purge
from tracking.tests.streaming_inside import Message, acting, connect, do, in_a_loop, listen

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def act(task, child, parent):
    return acting(task, child, parent)


@in_a_loop
async def test_begins_anew_after_the_newest(parent, family, act):
    old = await do(act)
    between = clock.now()
    newest = await do(act)
    await do(lambda: purge(between))

    client = await connect(parent, last_id=str(old))
    await client.quiet()
    event = await do(act)
    await client.quiet()

    reset = Message("stream-reset", str(newest), f'{{"channels": ["family-{family.pk}"]}}')
    assert client.messages[:2] == [Message("stream-open", str(newest), ""), reset]
    assert client.events == [event]


@in_a_loop
async def test_begins_anew_before_the_first_where_nothing_is_left(parent, act):
    old = await do(act)
    await do(lambda: purge(clock.now()))

    client = await connect(parent, last_id=str(old))
    await client.quiet()
    event = await do(act)
    await client.quiet()

    assert [message.type for message in client.messages[:2]] == ["stream-open", "stream-reset"]
    assert client.messages[0].id == "0"
    assert client.events == [event]
    assert event > old


@in_a_loop
async def test_who_stayed_misses_nothing(parent, act):
    client = await listen(parent)
    first = await do(act)
    await client.quiet()
    await do(lambda: purge(clock.now()))

    second = await do(act)
    await client.quiet()

    assert client.events == [first, second]
