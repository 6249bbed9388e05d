import pytest

from children.errors import ActorGone, ActorMoved, Gone
from children.models import User
from children.services.activations import activate
from children.services.children import remove_child
from children.services.families import edit_family
from children.services.items import edit_item
from children.tests.factories import earn
from rewards import signals
from rewards.services.requests import redeem_reward, refund_request, request_reward
from rewards.services.rewards import archive_reward


@pytest.fixture
def redeemed(reward, child, parent):
    earn(child, 20)
    return redeem_reward(reward=reward, child=child, by=parent)[0]


def test_it_gives_back_what_was_taken(redeemed, child, parent):
    settled_at = redeemed.settled_at

    refunded = refund_request(request=redeemed, by=parent)

    child.refresh_from_db()
    redeemed.refresh_from_db()
    assert (child.points, child.reserved, child.sequence) == (20, 0, 3)
    assert (redeemed.status, redeemed.sequence) == ("refunded", 2)
    assert refunded.settled_at == redeemed.settled_at > settled_at


def test_it_is_announced_as_the_cancelling_of_that_redeeming(redeemed, reward, child, parent, announced):
    refund_request(request=redeemed, by=parent)

    act = announced[-1]
    assert (act.signal, act.entity, act.child, act.by) == (signals.reward_cancelled, reward, child, parent)
    assert (act.change.before, act.change.after, act.change.delta, act.change.sequence) == (0, 20, 20, 3)
    assert act.details == {
        "entity_name": "Cinema",
        "cost": 20,
        "request_id": redeemed.pk,
        "cancels": 2,
        "reason": "refunded",
    }


def test_the_price_of_today_does_not_matter(redeemed, reward, child, parent):
    edit_item(item=reward, by=parent, cost=500)

    refund_request(request=redeemed, by=parent)

    child.refresh_from_db()
    assert child.points == 20


def test_the_reward_may_be_archived(redeemed, reward, child, parent):
    archive_reward(reward=reward, by=parent)

    refund_request(request=redeemed, by=parent)

    child.refresh_from_db()
    assert child.points == 20


def test_a_balance_below_zero_gets_all_of_it_with_the_floor_too(redeemed, family, penalty, child, parent):
    activate(entity=penalty, child=child, by=parent)
    edit_family(family=family, by=parent, floor_at_zero=True)

    refund_request(request=redeemed, by=parent)

    child.refresh_from_db()
    assert child.points == 16


def test_another_request_stays_reserved(redeemed, reward, child, parent):
    earn(child, 20)
    request_reward(reward=reward, child=child, by=parent)

    refund_request(request=redeemed, by=parent)

    child.refresh_from_db()
    assert (child.points, child.reserved) == (40, 20)


def test_a_removed_child_is_gone(redeemed, child, parent):
    remove_child(child=child, by=parent)

    with pytest.raises(Gone):
        refund_request(request=redeemed, by=parent)


def test_a_deleted_actor_is_refused(redeemed, child, parent, other_parent):
    other_parent.delete()

    with pytest.raises(ActorGone):
        refund_request(request=redeemed, by=other_parent)
    child.refresh_from_db()
    assert child.points == 0


def test_an_actor_that_left_the_family_is_refused(redeemed, parent, other_parent):
    User.objects.filter(pk=other_parent.pk).update(family=None)

    with pytest.raises(ActorMoved):
        refund_request(request=redeemed, by=other_parent)
