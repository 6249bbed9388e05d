"""The stream's endpoint under ASGI: where it begins, and what is sent, to the byte."""

import json

import pytest
from django.contrib.auth.models import Permission
from django.test import AsyncClient

from children.services.accounts import delete_user
from children.tests.factories import make_task, make_user
from tracking.models import TrackingEvent
from tracking.tests.streaming_inside import (
    PATH,
    Message,
    acting,
    ask,
    bearer,
    connect,
    connect_with,
    do,
    in_a_loop,
    listen,
    listeners,
    session,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def act(task, child, parent):
    return acting(task, child, parent)


@pytest.fixture
def strangers_act(strangers_task, strangers_child, stranger):
    return acting(strangers_task, strangers_child, stranger)


@pytest.fixture
def boss(family):
    boss = make_user("boss", family=family, is_staff=True)
    boss.user_permissions.add(Permission.objects.get(codename="view_trackingevent"))
    return boss


def opening(last_id):
    return Message("stream-open", str(last_id), "")


# Admins


@in_a_loop
async def test_an_admin_is_sent_the_events_of_the_family_that_it_names(
    admin, family, strangers_family, act, strangers_act
):
    clients = [await listen(admin, f"?family_id={named.pk}") for named in (family, strangers_family)]

    events = [await do(act), await do(strangers_act)]
    for client in clients:
        await client.quiet()

    assert [client.events for client in clients] == [[event] for event in events]


@in_a_loop
async def test_an_admin_in_a_family_is_sent_its_own_where_it_names_none(boss, act, strangers_act, strangers_family):
    clients = [await listen(boss), await listen(boss, f"?family_id={strangers_family.pk}")]

    events = [await do(act), await do(strangers_act)]
    for client in clients:
        await client.quiet()

    assert [client.events for client in clients] == [[event] for event in events]


@in_a_loop
async def test_the_story_of_a_family_that_was_removed_is_there_still(admin, family, parent, act):
    event = await do(act)
    await do(lambda: delete_user(user=parent, by=None))

    client = await listen(admin, f"?family_id={family.pk}&last_event_id=0")

    assert client.events == [event]


# The answer


@in_a_loop
async def test_the_headers_keep_proxies_and_browsers_from_holding_it_back(parent):
    answer = await ask(await do(lambda: bearer(parent)))

    expected = {
        "Content-Type": "text/event-stream",
        "Cache-Control": "no-cache",
        "X-Accel-Buffering": "no",
        "Content-Encoding": "identity",
    }
    assert {name: answer.headers.get(name) for name in expected} == expected
    assert "Content-Length" not in answer.headers
    assert not [name for name in answer.headers if name.startswith("Access-Control")]


@pytest.mark.parametrize(
    "accept", ["text/event-stream", "text/html", "application/json", "image/png", "junk", "", None]
)
@in_a_loop
async def test_whatever_is_accepted_it_is_a_stream(parent, accept):
    headers = await do(lambda: bearer(parent)) | ({} if accept is None else {"Accept": accept})

    client = await connect_with(headers)
    await client.quiet()

    assert client.messages == [opening(0)]


@in_a_loop
async def test_head_answers_the_same_without_a_stream(parent):
    headers = await do(lambda: bearer(parent))

    head = await AsyncClient().head(PATH, headers=headers)
    answer = await ask(headers)

    assert (head.status_code, head.streaming, head.content) == (200, False, b"")
    assert {**head.headers, "Content-Length": None} == {**answer.headers, "Content-Length": None}
    assert listeners() == set()


@in_a_loop
async def test_it_cannot_be_posted_to(parent):
    answer = await AsyncClient().post(PATH, headers=await do(lambda: bearer(parent)))

    assert answer.status_code == 405


@in_a_loop
async def test_a_token_for_reading_only_is_enough(parent, act):
    client = await connect_with(await do(lambda: bearer(parent, read_only=True)))
    await client.quiet()

    event = await do(act)
    await client.quiet()

    assert client.events == [event]


@in_a_loop
async def test_a_session_needs_no_csrf_token(parent, act):
    client = await connect_with(await do(lambda: session(parent)), enforce_csrf_checks=True)
    await client.quiet()

    event = await do(act)
    await client.quiet()

    assert client.events == [event]


@in_a_loop
async def test_a_message_is_one_line_of_ascii_whatever_a_task_is_called(parent, child, family):
    name = 'A\nB\r\nC\rD \x1b[31m\u2028\u2029\x85 "\\" </script> data: x \N{BROOM} \x7f'
    task = await do(lambda: make_task(family, name=name))
    client = await listen(parent)
    before = client.text

    event = await do(lambda: TrackingEvent.objects.get(pk=acting(task, child, parent)()))
    await client.quiet()

    sent = client.text.removeprefix(before)
    assert sent == (
        f"event: tracking_event_created\nid: {event.pk}\ndata: {json.dumps(event.to_dict(), ensure_ascii=True)}\n\n"
    )
    assert sent.isascii()
    assert json.loads(client.messages[-1].data)["metadata"]["entity_name"] == name


@in_a_loop
async def test_the_opening_and_the_reset_are_to_the_byte(family, parent, act):
    event = await do(act)

    client = await connect(parent, last_id=str(event + 1))
    await client.quiet()

    assert client.text == (
        f"event: stream-open\nid: {event}\ndata: \n\n"
        f'event: stream-reset\nid: {event}\ndata: {{"channels": ["family-{family.pk}"]}}\n\n'
    )
