import pytest

from children.errors import ActorGone, ActorMoved, Gone
from children.models import User
from children.services.children import remove_child
from children.tests.factories import earn
from rewards import signals
from rewards.services.requests import cancel_request, request_reward


@pytest.fixture
def pending(reward, child, child_user):
    earn(child, 20)
    return request_reward(reward=reward, child=child, by=child_user)[0]


@pytest.mark.parametrize(("who", "reason"), [("parent", "denied"), ("child_user", "withdrawn")])
def test_it_frees_what_was_reserved_and_tells_why(request, pending, reward, child, announced, who, reason):
    by = request.getfixturevalue(who)

    cancelled = cancel_request(request=pending, by=by)

    child.refresh_from_db()
    pending.refresh_from_db()
    (act,) = announced
    assert (child.points, child.reserved, child.sequence) == (20, 0, 3)
    assert (pending.status, pending.settled_at) == ("cancelled", cancelled.settled_at)
    assert (act.signal, act.entity, act.child, act.by) == (signals.reward_cancelled, reward, child, by)
    assert (act.change.delta, act.change.sequence) == (0, 3)
    assert act.details == {"entity_name": "Cinema", "cost": 20, "request_id": pending.pk, "reason": reason}


def test_the_system_denies(pending, announced):
    cancel_request(request=pending, by=None)

    assert announced[0].details["reason"] == "denied"


def test_a_removed_child_is_gone(pending, child, parent):
    remove_child(child=child, by=parent)

    with pytest.raises(Gone):
        cancel_request(request=pending, by=parent)


def test_a_deleted_actor_is_refused(pending, child, child_user):
    child_user.delete()

    with pytest.raises(ActorGone):
        cancel_request(request=pending, by=child_user)
    child.refresh_from_db()
    assert child.reserved == 20


def test_an_actor_that_left_the_family_is_refused(pending, parent, other_parent):
    User.objects.filter(pk=other_parent.pk).update(family=None)

    with pytest.raises(ActorMoved):
        cancel_request(request=pending, by=other_parent)
