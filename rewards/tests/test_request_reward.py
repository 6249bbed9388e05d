import pytest
from django.db import IntegrityError, transaction

from children.errors import ActorGone, ActorMoved, Gone, InsufficientPoints
from children.models import MAX_POINTS, User
from children.services.children import remove_child
from children.services.items import edit_item
from children.tests.factories import earn
from rewards import signals
from rewards.models import RewardRequest
from rewards.services.requests import cancel_request, request_reward
from rewards.services.rewards import archive_reward
from rewards.tests.factories import make_reward


def test_a_child_asks_for_a_reward_and_its_cost_is_reserved(reward, child, child_user):
    earn(child, 50)

    request, is_new = request_reward(reward=reward, child=child, by=child_user)

    child.refresh_from_db()
    assert is_new
    assert (child.points, child.reserved, child.available, child.sequence) == (50, 20, 30, 2)
    assert (request.reward, request.child, request.cost, request.status) == (reward, child, 20, "pending")
    assert (request.by, request.settled_at, request.sequence) == (child_user, None, None)


def test_a_parent_asks_for_a_child(reward, child, parent):
    earn(child, 20)

    request, _ = request_reward(reward=reward, child=child, by=parent)

    assert request.by == parent


def test_it_is_announced_as_an_act_that_moves_no_points(reward, child, child_user, announced):
    earn(child, 20)
    announced.clear()

    request, _ = request_reward(reward=reward, child=child, by=child_user)

    (act,) = announced
    assert (act.signal, act.entity, act.child, act.by) == (signals.reward_requested, reward, child, child_user)
    assert (act.change.before, act.change.after, act.change.delta, act.change.sequence) == (20, 20, 0, 2)
    assert act.change.occurred_at == request.requested_at
    assert act.details == {"entity_name": "Cinema", "cost": 20, "request_id": request.pk}


def test_again_while_pending_it_is_the_same_request_and_nothing_is_announced(reward, child, child_user, announced):
    earn(child, 50)
    first, _ = request_reward(reward=reward, child=child, by=child_user)
    announced.clear()

    again, is_new = request_reward(reward=reward, child=child, by=child_user)

    child.refresh_from_db()
    assert (again, is_new, announced) == (first, False, [])
    assert (child.reserved, child.sequence) == (20, 2)


def test_again_while_pending_needs_no_points(reward, child, child_user):
    earn(child, 20)
    first, _ = request_reward(reward=reward, child=child, by=child_user)

    assert request_reward(reward=reward, child=child, by=child_user) == (first, False)


def test_again_after_it_was_settled_it_is_a_new_request(reward, child, child_user):
    earn(child, 20)
    first, _ = request_reward(reward=reward, child=child, by=child_user)
    cancel_request(request=first, by=child_user)

    second, is_new = request_reward(reward=reward, child=child, by=child_user)

    assert is_new
    assert second != first


def test_another_reward_is_another_request(family, reward, child, child_user):
    earn(child, 50)
    request_reward(reward=reward, child=child, by=child_user)

    request_reward(reward=make_reward(family, 30), child=child, by=child_user)

    child.refresh_from_db()
    assert (child.reserved, child.available) == (50, 0)


def test_the_price_is_that_of_the_moment(reward, child, child_user, parent):
    earn(child, 50)
    request, _ = request_reward(reward=reward, child=child, by=child_user)

    edit_item(item=reward, by=parent, cost=45)

    request.refresh_from_db()
    assert request.cost == 20


def test_too_few_points_are_refused_with_the_numbers(reward, child, child_user):
    earn(child, 19)

    with pytest.raises(InsufficientPoints) as refusal:
        request_reward(reward=reward, child=child, by=child_user)

    child.refresh_from_db()
    assert refusal.value.meta == {"have": 19, "reserved": 0, "need": 20}
    assert (child.reserved, child.sequence, RewardRequest.objects.count()) == (0, 1, 0)


def test_reserved_points_cannot_be_reserved_again(family, reward, child, child_user):
    earn(child, 39)
    request_reward(reward=reward, child=child, by=child_user)

    with pytest.raises(InsufficientPoints) as refusal:
        request_reward(reward=make_reward(family, 20), child=child, by=child_user)

    assert refusal.value.meta == {"have": 39, "reserved": 20, "need": 20}


def test_an_archived_reward_is_gone(reward, child, child_user, parent):
    earn(child, 20)
    archive_reward(reward=reward, by=parent)

    with pytest.raises(Gone):
        request_reward(reward=reward, child=child, by=child_user)


def test_a_removed_child_is_gone(reward, child, parent):
    earn(child, 20)
    remove_child(child=child, by=parent)

    with pytest.raises(Gone):
        request_reward(reward=reward, child=child, by=parent)


def test_a_deleted_actor_is_refused(reward, child, child_user):
    earn(child, 20)
    child_user.delete()

    with pytest.raises(ActorGone):
        request_reward(reward=reward, child=child, by=child_user)


def test_an_actor_that_left_the_family_is_refused(reward, child, parent, other_parent):
    earn(child, 20)
    User.objects.filter(pk=other_parent.pk).update(family=None)

    with pytest.raises(ActorMoved):
        request_reward(reward=reward, child=child, by=other_parent)


def test_a_reward_of_another_family_is_not_there(strangers_reward, child, child_user):
    earn(child, 20)

    with pytest.raises(Gone):
        request_reward(reward=strangers_reward, child=child, by=child_user)


def test_who_sees_which_requests(reward, child, sibling, child_user, parent, stranger, admin):
    for one in (child, sibling):
        earn(one, 20)
    own, _ = request_reward(reward=reward, child=child, by=child_user)
    siblings, _ = request_reward(reward=reward, child=sibling, by=parent)

    assert list(RewardRequest.objects.visible_to(parent).newest_first()) == [siblings, own]
    assert list(RewardRequest.objects.visible_to(child_user)) == [own]
    assert list(RewardRequest.objects.visible_to(stranger)) == []
    assert list(RewardRequest.objects.visible_to(admin)) == []


@pytest.mark.parametrize("cost", [-1, 0, MAX_POINTS + 1])
def test_the_database_refuses_a_reward_out_of_range(family, cost):
    with pytest.raises(IntegrityError, match="reward_cost_in_range"), transaction.atomic():
        make_reward(family, cost)


@pytest.fixture
def pending(reward, child, child_user):
    earn(child, 20)
    return request_reward(reward=reward, child=child, by=child_user)[0]


def test_the_database_refuses_a_second_pending_request(pending):
    pending.pk = None

    with pytest.raises(IntegrityError), transaction.atomic():
        pending.save(force_insert=True)


@pytest.mark.parametrize("status", ["redeemed", "cancelled", "refunded"])
def test_the_database_takes_any_number_of_settled_ones(pending, status):
    for _ in range(2):
        pending.pk, pending.status = None, status
        pending.save(force_insert=True)

    assert RewardRequest.objects.filter(status=status).count() == 2


@pytest.mark.parametrize(
    ("change", "constraint"),
    [({"status": "lost"}, "reward_request_status_known"), ({"cost": 0}, "reward_request_cost_positive")],
)
def test_the_database_refuses_nonsense(pending, change, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        RewardRequest.objects.filter(pk=pending.pk).update(**change)
