"""Where a stream begins: with what is new, where its client was, or anew."""

import pytest

from tracking.stream.generator import AT_ONCE
from tracking.tests.streaming_inside import Message, acting, all_at_once, connect, do, in_a_loop, listen

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def act(task, child, parent):
    return acting(task, child, parent)


@pytest.fixture
def strangers_act(strangers_task, strangers_child, stranger):
    return acting(strangers_task, strangers_child, stranger)


def opening(last_id):
    return Message("stream-open", str(last_id), "")


@in_a_loop
async def test_on_an_empty_channel_it_begins_with_0(parent, strangers_act):
    await do(strangers_act)

    client = await listen(parent)

    assert client.messages == [opening(0)]


@in_a_loop
async def test_for_who_is_new_it_begins_after_the_newest(parent, child_user, sibling, task, act, strangers_act):
    first = await do(act)
    second = await do(acting(task, sibling, parent))
    await do(strangers_act)

    clients = [await listen(parent), await listen(child_user)]

    assert [client.messages for client in clients] == [[opening(second)], [opening(first)]]


@pytest.mark.parametrize("by", ["header", "parameter"])
@in_a_loop
async def test_for_who_comes_back_it_begins_where_it_was(parent, act, by):
    seen, *missed = [await do(act) for _ in range(3)]

    if by == "header":
        client = await connect(parent, last_id=str(seen))
    else:
        client = await connect(parent, query=f"?last_event_id={seen}")
    await client.quiet()

    assert client.messages[0] == opening(seen)
    assert client.events == missed
    assert [message.id for message in client.messages[1:]] == [str(event) for event in missed]


@in_a_loop
async def test_for_who_missed_more_than_one_reading_holds_it_goes_on_by_itself(parent, act):
    seen, *missed = await do(lambda: all_at_once(act, AT_ONCE + 2))

    client = await connect(parent, last_id=str(seen))
    await client.quiet()

    assert client.events == missed


@in_a_loop
async def test_with_0_it_begins_with_the_first(parent, act):
    events = [await do(act) for _ in range(2)]

    client = await connect(parent, last_id="0")
    await client.quiet()

    assert client.messages[0] == opening(0)
    assert client.events == events


@in_a_loop
async def test_the_header_goes_before_the_parameter(parent, act):
    first, second, third = [await do(act) for _ in range(3)]

    newer = await connect(parent, last_id=str(second), query=f"?last_event_id={first}")
    await newer.quiet()
    await newer.leave()
    older = await connect(parent, last_id=str(first), query=f"?last_event_id={second}")
    await older.quiet()

    assert newer.messages[0] == opening(second)
    assert older.messages[0] == opening(first)
    assert (newer.events, older.events) == ([third], [second, third])


@pytest.mark.parametrize("blank", ["", "  "])
@in_a_loop
async def test_a_blank_header_leaves_it_to_the_parameter(parent, act, blank):
    first, second = [await do(act) for _ in range(2)]

    client = await connect(parent, last_id=blank, query=f"?last_event_id={first}")
    await client.quiet()

    assert client.messages[0] == opening(first)
    assert client.events == [second]


@pytest.mark.parametrize("whence", ["nowhere", "another family", "a sibling"])
@in_a_loop
async def test_an_id_from_elsewhere_begins_anew(child, child_user, sibling, task, parent, act, strangers_act, whence):
    newest = await do(act)
    elsewhere = {
        "nowhere": 2**63 - 1,
        "another family": await do(strangers_act),
        "a sibling": await do(acting(task, sibling, parent)),
    }

    client = await connect(child_user, last_id=str(elsewhere[whence]))
    await client.quiet()
    event = await do(act)
    await client.quiet()

    reset = Message("stream-reset", str(newest), f'{{"channels": ["child-{child.pk}"]}}')
    assert client.messages[:2] == [opening(newest), reset]
    assert client.events == [event]


@in_a_loop
async def test_the_next_reset_of_an_empty_channel_is_none(parent):
    """A client that was reset to 0 comes back with 0."""
    reset = await connect(parent, last_id="5")
    await reset.quiet()
    await reset.leave()

    client = await connect(parent, last_id=reset.last_id)
    await client.quiet()

    assert [message.type for message in reset.messages] == ["stream-open", "stream-reset"]
    assert client.messages == [opening(0)]
