"""Each reading judges anew who is asking, and what it may see."""

import pytest

from children.models import AuthToken, User
from children.services.children import remove_child
from children.services.families import remove_parent
from children.tests.factories import make_family
from rewards.services.requests import request_reward
from tracking.models import TrackingEvent
from tracking.stream.channels import family_channel
from tracking.stream.generator import Subscription, stream
from tracking.tests.streaming_inside import (
    CREATED,
    acting,
    all_at_once,
    bearer,
    connect_with,
    do,
    in_a_loop,
    listen,
    messages_in,
    session,
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


# Who sees what


@in_a_loop
async def test_everybody_is_sent_what_they_may_see(
    task, strangers_task, strangers_child, parent, child, sibling, child_user, stranger, staff, family
):
    watchers = [(parent, ""), (child_user, ""), (staff, f"?family_id={family.pk}"), (stranger, "")]
    clients = [await listen(user, query) for user, query in watchers]

    ours = await do(acting(task, child, parent))
    siblings = await do(acting(task, sibling, parent))
    strangers = await do(acting(strangers_task, strangers_child, stranger))
    for client in clients:
        await client.quiet()

    assert [client.events for client in clients] == [[ours, siblings], [ours], [ours, siblings], [strangers]]


@in_a_loop
async def test_a_child_that_comes_back_is_not_sent_what_its_sibling_did(task, child, sibling, parent, child_user):
    siblings = await do(acting(task, sibling, parent))
    ours = await do(acting(task, child, parent))

    client = await connect_with(await do(lambda: bearer(child_user)), "?last_event_id=0")
    await client.quiet()

    assert client.events == [ours]
    assert siblings < ours


# The stream ends


def named(value):
    return value if isinstance(value, str) else getattr(value, "__name__", None)


def delete_the_tokens(user):
    AuthToken.objects.filter(user=user).delete()


def deactivate(user):
    user.is_active = False
    user.save()


def delete(user):
    User.objects.get(pk=user.pk).delete()


def leave_the_family(user):
    remove_parent(parent=user, by=User.objects.get(username="other-parent"))


def move_to_another_family(user):
    user.family = make_family("Somerville")
    user.save()


def lose_the_permission(user):
    user.user_permissions.clear()


def be_staff_no_more(user):
    user.is_staff = False
    user.save()


def change_the_password(user):
    user.set_password("another long pass phrase")
    user.save()


ENDS_WITH = [
    (bearer, "parent", delete_the_tokens),
    (bearer, "parent", deactivate),
    (bearer, "parent", delete),
    (bearer, "parent", leave_the_family),
    (bearer, "parent", move_to_another_family),
    (bearer, "child_user", delete_the_tokens),
    (bearer, "staff", lose_the_permission),
    (bearer, "staff", be_staff_no_more),
    (bearer, "admin", deactivate),
    (session, "parent", deactivate),
    (session, "parent", leave_the_family),
    (session, "parent", move_to_another_family),
    (session, "parent", change_the_password),
    (session, "staff", lose_the_permission),
]


@pytest.mark.parametrize(("credentials", "watcher", "deed"), ENDS_WITH, indirect=["watcher"], ids=named)
@in_a_loop
async def test_a_stream_ends_before_the_next_event(credentials, watcher, deed, family, act):
    query = f"?family_id={family.pk}" if watcher.is_staff else ""
    client = await connect_with(await do(lambda: credentials(watcher)), query)
    await client.quiet()
    first = await do(act)
    await client.quiet()

    await do(lambda: deed(watcher))
    await do(act)
    await client.quiet()

    assert client.has_ended
    assert client.events == [first]
    assert {message.type for message in client.messages} == {"stream-open", CREATED}


@pytest.mark.parametrize("credentials", [bearer, session])
@in_a_loop
async def test_a_child_that_is_removed_is_not_even_sent_what_that_cancels(
    credentials, act, child, child_user, other_parent, reward
):
    client = await connect_with(await do(lambda: credentials(child_user)))
    await client.quiet()
    earned = await do(lambda: all_at_once(act, 2))
    await do(lambda: request_reward(reward=reward, child=child, by=child_user))
    await client.quiet()

    await do(lambda: remove_child(child=child, by=other_parent))
    await client.quiet()

    assert client.has_ended
    assert (client.events[:2], len(client.events)) == (earned, 3)
    assert await do(TrackingEvent.objects.count) == 4


@in_a_loop
async def test_a_stream_ends_with_the_next_keep_alive_though_nothing_happens(parent, settings):
    settings.STREAM_KEEP_ALIVE = 0.05
    client = await listen(parent)

    await do(AuthToken.objects.all().delete)
    await client.end()

    assert client.events == []


@in_a_loop
async def test_nobody_else_is_cut_off(parent, other_parent, act):
    clients = [await listen(user) for user in (parent, other_parent)]

    await do(lambda: delete_the_tokens(parent))
    event = await do(act)
    for client in clients:
        await client.quiet()

    assert [client.has_ended for client in clients] == [True, False]
    assert [client.events for client in clients] == [[], [event]]


@in_a_loop
async def test_what_is_committed_after_its_credentials_ended_is_never_sent(parent, family, act):
    """Also where they end just after they were judged."""
    committed = []

    def identify():
        if committed:
            return None
        committed.append(act())
        return parent

    parts = stream(Subscription(family_channel(family.pk), 0, False, identify))
    text = "".join([part async for part in parts])

    assert [message.type for message in messages_in(text)] == ["stream-open"]
    assert len(committed) == 1
