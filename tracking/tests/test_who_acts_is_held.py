"""Whoever announces an act holds the row of who did it until the end: the foreign key of the event would kill the COMMIT."""

import pytest
from django.db import OperationalError, transaction

from children.models import User
from children.services.accounts import delete_user
from children.services.activations import activate, cancel_activation
from children.services.children import remove_child
from children.tests.factories import earn, make_child
from rewards.services.requests import cancel_request, redeem_request, redeem_reward, refund_request, request_reward
from rewards.services.rewards import archive_reward
from rewards.tests.factories import make_reward
from tracking.models import TrackingEvent
from tracking.tests.characters import ACTS
from tracking.tests.faults.books import findings
from tracking.tests.racing import race

pytestmark = pytest.mark.django_db(transaction=True)


def is_held(user):
    """Whether somebody else would have to wait for the lock that a deletion takes."""
    try:
        race(lambda: delete_lock(user))
    except OperationalError:
        return True
    return False


@transaction.atomic
def delete_lock(user):
    User.objects.select_for_update(nowait=True, of=("self",)).get(pk=user.pk)


@pytest.fixture
def heard():
    """The acts that were announced, each with whether its actor was held."""
    acts = []

    def look(*, by, change, **_):
        if by is not None:
            acts.append((change.sequence, is_held(by)))

    for signal in ACTS:
        signal.connect(look)
    yield acts
    for signal in ACTS:
        signal.disconnect(look)


@pytest.mark.postgresql
def test_in_every_act(family, task, penalty, reward, child, child_user, parent, admin, heard):
    earn(child, 200)
    cancel_activation(activation=activate(entity=task, child=child, by=parent), by=parent)
    cancel_activation(activation=activate(entity=penalty, child=child, by=parent), by=parent)
    cancel_request(request=request_reward(reward=reward, child=child, by=child_user)[0], by=child_user)
    redeem_request(request=request_reward(reward=reward, child=child, by=child_user)[0], by=parent)
    refund_request(request=redeem_reward(reward=reward, child=child, by=parent)[0], by=parent)
    request_reward(reward=reward, child=child, by=child_user)
    archive_reward(reward=reward, by=parent)
    request_reward(reward=make_reward(family), child=child, by=child_user)
    delete_user(user=parent, by=admin)

    assert heard == [(sequence, True) for sequence in range(2, 16)]


def test_one_that_goes_with_its_family_is_nobody_in_what_was_settled_for_its_siblings(
    family, reward, parent, child, child_user
):
    sibling = make_child(family, "Byron")
    for each in (child, sibling):
        earn(each, 20)
        request_reward(reward=reward, child=each, by=parent)

    delete_user(user=parent, by=child_user)

    settled = TrackingEvent.objects.filter(action="cancelled")
    assert [(event.user_id, event.actor_role) for event in settled] == [(None, "child")] * 2
    assert findings() == []


def test_one_that_removes_its_own_child(family, reward, parent, child, child_user):
    earn(child, 20)
    request_reward(reward=reward, child=child, by=parent)

    remove_child(child=child, by=child_user)

    settled = TrackingEvent.objects.get(action="cancelled")
    assert (settled.user_id, settled.actor_role) == (None, "child")
    assert findings() == []
