import pytest

from children.services.accounts import delete_user
from children.services.children import remove_child
from children.tests.factories import earn
from rewards import signals
from rewards.models import RewardRequest
from rewards.services.requests import redeem_reward, request_reward
from rewards.tests.factories import make_reward


@pytest.fixture
def waiting(family, child, parent, announced):
    earn(child, 50)
    requests = [request_reward(reward=make_reward(family, cost), child=child, by=parent)[0] for cost in (10, 20)]
    announced.clear()
    return requests


def test_what_a_removed_child_waited_for_is_cancelled_one_by_one(waiting, child, parent, announced):
    remove_child(child=child, by=parent)

    child.refresh_from_db()
    assert {request.status for request in RewardRequest.objects.all()} == {"cancelled"}
    assert (child.points, child.reserved, child.sequence) == (50, 0, 5)
    assert [act.change.sequence for act in announced] == [4, 5]
    assert [act.details["request_id"] for act in announced] == [request.pk for request in waiting]
    assert {(act.signal, act.details["reason"], act.by) for act in announced} == {
        (signals.reward_cancelled, "child_removed", parent)
    }


def test_what_it_had_stays(family, child, parent):
    earn(child, 10)
    had, _ = redeem_reward(reward=make_reward(family, 10), child=child, by=parent)

    remove_child(child=child, by=parent)

    had.refresh_from_db()
    assert (had.status, had.child_id) == ("redeemed", child.pk)


def test_what_a_sibling_waits_for_stays(waiting, sibling, parent):
    remove_child(child=sibling, by=parent)

    assert RewardRequest.objects.pending().count() == 2


def test_with_the_last_parent_all_that_the_family_waited_for_is_cancelled(waiting, family, child, parent, announced):
    delete_user(user=parent, by=parent)

    child.refresh_from_db()
    assert not RewardRequest.objects.pending().exists()
    assert (child.reserved, [act.details["reason"] for act in announced]) == (0, ["child_removed", "child_removed"])
    assert not RewardRequest.objects.exclude(by=None).exists()
