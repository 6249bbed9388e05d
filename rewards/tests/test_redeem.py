import pytest

from children.errors import ActorGone, ActorMoved, Gone, InsufficientPoints
from children.models import User
from children.services.activations import activate
from children.services.children import remove_child
from children.services.items import edit_item
from children.tests.factories import earn
from rewards import signals
from rewards.models import RewardRequest
from rewards.services.requests import redeem_request, redeem_reward, request_reward
from rewards.services.rewards import archive_reward
from rewards.tests.factories import make_reward


@pytest.fixture
def pending(reward, child, child_user):
    earn(child, 20)
    return request_reward(reward=reward, child=child, by=child_user)[0]


def test_a_parent_redeems_a_request(pending, child, child_user, parent):
    redeemed = redeem_request(request=pending, by=parent)

    child.refresh_from_db()
    pending.refresh_from_db()
    assert (child.points, child.reserved, child.sequence) == (0, 0, 3)
    assert (pending.status, pending.sequence, pending.by) == ("redeemed", 3, child_user)
    assert redeemed.settled_at == pending.settled_at > pending.requested_at


def test_redeeming_is_announced(pending, reward, child, parent, announced):
    redeem_request(request=pending, by=parent)

    (act,) = announced
    assert (act.signal, act.entity, act.child, act.by) == (signals.reward_redeemed, reward, child, parent)
    assert (act.change.before, act.change.after, act.change.delta, act.change.sequence) == (20, 0, -20, 3)
    assert act.details == {"entity_name": "Cinema", "cost": 20, "request_id": pending.pk}


def test_it_costs_what_it_cost_when_asked(pending, reward, child, parent):
    edit_item(item=reward, by=parent, cost=500)

    redeem_request(request=pending, by=parent)

    child.refresh_from_db()
    assert child.points == 0


def test_a_request_is_refused_while_the_points_are_gone(pending, penalty, child, parent):
    activate(entity=penalty, child=child, by=parent)

    with pytest.raises(InsufficientPoints) as refusal:
        redeem_request(request=pending, by=parent)

    child.refresh_from_db()
    pending.refresh_from_db()
    assert refusal.value.meta == {"have": 16, "reserved": 20, "need": 20}
    assert (child.points, child.reserved, pending.status) == (16, 20, "pending")


def test_what_other_requests_reserve_does_not_stand_in_its_way(pending, family, penalty, child, child_user, parent):
    earn(child, 5)
    request_reward(reward=make_reward(family, 5), child=child, by=child_user)
    activate(entity=penalty, child=child, by=parent)

    redeem_request(request=pending, by=parent)

    child.refresh_from_db()
    assert (child.points, child.reserved) == (1, 5)


def test_a_reward_is_given_without_being_asked_for(reward, child, parent, announced):
    earn(child, 30)
    announced.clear()

    request, is_new = redeem_reward(reward=reward, child=child, by=parent)

    child.refresh_from_db()
    (act,) = announced
    assert is_new
    assert (child.points, child.reserved, child.sequence) == (10, 0, 2)
    assert (request.status, request.cost, request.sequence, request.by) == ("redeemed", 20, 2, parent)
    assert request.requested_at == request.settled_at
    assert (act.signal, act.change.delta) == (signals.reward_redeemed, -20)
    assert act.details == {"entity_name": "Cinema", "cost": 20, "request_id": request.pk}


def test_given_directly_it_costs_todays_price(reward, child, parent):
    earn(child, 30)
    edit_item(item=reward, by=parent, cost=7)

    request, _ = redeem_reward(reward=reward, child=child, by=parent)

    assert request.cost == 7


def test_given_directly_twice_it_is_two_requests(reward, child, parent):
    earn(child, 40)

    for _ in range(2):
        redeem_reward(reward=reward, child=child, by=parent)

    child.refresh_from_db()
    assert (child.points, RewardRequest.objects.count()) == (0, 2)


def test_given_directly_a_pending_request_is_the_one_redeemed(pending, reward, child, parent, announced):
    edit_item(item=reward, by=parent, cost=500)

    request, is_new = redeem_reward(reward=reward, child=child, by=parent)

    child.refresh_from_db()
    (act,) = announced
    assert (request, is_new, request.status) == (pending, False, "redeemed")
    assert (child.points, child.reserved, act.change.delta) == (0, 0, -20)


def test_given_directly_reserved_points_cannot_be_spent(pending, family, child, parent):
    with pytest.raises(InsufficientPoints) as refusal:
        redeem_reward(reward=make_reward(family, 1), child=child, by=parent)

    assert refusal.value.meta == {"have": 20, "reserved": 20, "need": 1}


def test_a_siblings_request_is_not_redeemed_instead(pending, reward, sibling, parent):
    earn(sibling, 20)

    _, is_new = redeem_reward(reward=reward, child=sibling, by=parent)

    pending.refresh_from_db()
    assert is_new
    assert pending.status == "pending"


def test_an_archived_reward_is_gone(reward, child, parent):
    earn(child, 20)
    archive_reward(reward=reward, by=parent)

    with pytest.raises(Gone):
        redeem_reward(reward=reward, child=child, by=parent)


def test_a_removed_child_is_gone(pending, child, reward, parent):
    remove_child(child=child, by=parent)

    with pytest.raises(Gone):
        redeem_request(request=pending, by=parent)
    with pytest.raises(Gone):
        redeem_reward(reward=reward, child=child, by=parent)


def test_a_deleted_actor_is_refused(pending, reward, child, parent, other_parent):
    other_parent.delete()

    with pytest.raises(ActorGone):
        redeem_request(request=pending, by=other_parent)
    with pytest.raises(ActorGone):
        redeem_reward(reward=reward, child=child, by=other_parent)


def test_an_actor_that_left_the_family_is_refused(pending, parent, other_parent):
    User.objects.filter(pk=other_parent.pk).update(family=None)

    with pytest.raises(ActorMoved):
        redeem_request(request=pending, by=other_parent)


def test_a_reward_of_another_family_is_not_there(strangers_reward, child, parent):
    earn(child, 20)

    with pytest.raises(Gone):
        redeem_reward(reward=strangers_reward, child=child, by=parent)
