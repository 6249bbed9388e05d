import pytest

from children.errors import ActorGone, Gone, RefusedByDesign
from children.models import User
from children.tests.factories import earn
from rewards import signals
from rewards.models import Reward, RewardRequest
from rewards.services.requests import redeem_reward, request_reward
from rewards.services.rewards import archive_reward
from rewards.tests.factories import make_reward


@pytest.fixture
def waiting(reward, child, sibling, parent, announced):
    requests = []
    for one in (child, sibling):
        earn(one, 50)
        requests.append(request_reward(reward=reward, child=one, by=parent)[0])
    announced.clear()
    return requests


def test_an_archived_reward_stays_but_not_on_the_list(reward, parent):
    archive_reward(reward=reward, by=parent)

    reward.refresh_from_db()
    assert reward.archived_at is not None
    assert not Reward.objects.visible_to(parent).exists()


def test_requests_that_wait_for_it_are_cancelled(waiting, reward, child, sibling, parent):
    archive_reward(reward=reward, by=parent)

    assert {request.status for request in RewardRequest.objects.all()} == {"cancelled"}
    for one in (child, sibling):
        one.refresh_from_db()
        assert (one.points, one.reserved, one.sequence) == (50, 0, 3)


def test_each_is_an_act_of_its_own_later_than_the_one_before(waiting, reward, parent, announced):
    archive_reward(reward=reward, by=parent)

    first, second = announced
    assert {act.signal for act in announced} == {signals.reward_cancelled}
    assert [act.child.pk for act in announced] == [request.child_id for request in waiting]
    assert [act.details["request_id"] for act in announced] == [request.pk for request in waiting]
    assert {act.details["reason"] for act in announced} == {"entity_removed"}
    assert {act.by for act in announced} == {parent}
    assert first.change.occurred_at < second.change.occurred_at


def test_the_clock_of_the_family_keeps_the_last_of_them(waiting, family, reward, parent, announced):
    archive_reward(reward=reward, by=parent)

    family.refresh_from_db()
    assert family.last_act_at == announced[-1].change.occurred_at


def test_what_waits_for_another_reward_or_is_settled_stays(waiting, family, reward, child, parent):
    settled, _ = redeem_reward(reward=make_reward(family, 5, "Book"), child=child, by=parent)
    other, _ = request_reward(reward=make_reward(family, 5, "Ice"), child=child, by=parent)

    archive_reward(reward=reward, by=parent)

    child.refresh_from_db()
    assert child.reserved == 5
    assert RewardRequest.objects.get(pk=other.pk).status == "pending"
    assert RewardRequest.objects.get(pk=settled.pk).status == "redeemed"


def test_archived_before_it_is_gone(reward, parent):
    archive_reward(reward=reward, by=parent)

    with pytest.raises(Gone):
        archive_reward(reward=reward, by=parent)


def test_a_deleted_actor_is_refused(waiting, reward, parent, other_parent):
    other_parent.delete()

    with pytest.raises(ActorGone):
        archive_reward(reward=reward, by=other_parent)
    assert RewardRequest.objects.pending().count() == 2


def test_neither_rewards_nor_requests_are_deleted(waiting, reward):
    for row, door in ((reward, "archive_reward"), (waiting[0], "they stay")):
        with pytest.raises(RefusedByDesign, match=door):
            row.delete()
        with pytest.raises(RefusedByDesign, match=door):
            type(row).objects.filter(pk=row.pk).delete()


def test_who_acts_is_judged_before_what_is_there(reward, parent, other_parent):
    archive_reward(reward=reward, by=parent)
    User.objects.filter(pk=other_parent.pk).update(is_active=False)

    with pytest.raises(ActorGone):
        archive_reward(reward=reward, by=other_parent)
