"""Every act of a family becomes exactly one event, with the right fields."""

import pytest

from children import clock
from children import signals as family_signals
from children.errors import ChoreError
from children.models import Activation
from children.services.accounts import delete_user
from children.services.activations import activate, cancel_activation
from children.services.children import remove_child
from children.services.families import edit_family
from children.tests.factories import earn
from rewards import signals as reward_signals
from rewards.models import RewardRequest
from rewards.services.requests import cancel_request, redeem_request, redeem_reward, refund_request, request_reward
from rewards.services.rewards import archive_reward
from tracking.models import TrackingEvent, UnrecordedEvent
from tracking.tests.factories import MOMENT

ACTS = {
    "task_activated": ("task", "activated"),
    "task_cancelled": ("task", "cancelled"),
    "penalty_activated": ("penalty", "activated"),
    "penalty_cancelled": ("penalty", "cancelled"),
    "reward_requested": ("reward", "requested"),
    "reward_redeemed": ("reward", "redeemed"),
    "reward_cancelled": ("reward", "cancelled"),
}


def last_event(child):
    return TrackingEvent.objects.filter(child_id=child.pk).order_by("-sequence").first()


def recorded(child, *, after):
    """The one event since that sequence."""
    (event,) = TrackingEvent.objects.filter(child_id=child.pk, sequence__gt=after)
    return event


def test_every_act_that_is_announced_is_heard_once():
    announced = {**vars(family_signals), **vars(reward_signals)}
    acts = {name for name in announced if name.startswith(("task_", "penalty_", "reward_"))}

    assert acts == set(ACTS)
    for name in acts:
        assert [key[0] for key, *_ in announced[name].receivers] == [f"tracking.{name}"]


@pytest.mark.parametrize(("kind", "before", "after"), [("task", 0, 10), ("penalty", 0, -4)])
def test_activating(request, child, parent, kind, before, after):
    entity = request.getfixturevalue(kind)

    with clock.pretend(MOMENT):
        activation = activate(entity=entity, child=child, by=parent)

    event = recorded(child, after=0)
    assert event.to_dict() == {
        "id": event.pk,
        "user_id": parent.pk,
        "actor_role": "parent",
        "family_id": child.family_id,
        "child_id": child.pk,
        "sequence": 1,
        "entity_type": kind,
        "entity_id": entity.pk,
        "action": "activated",
        "points_before": before,
        "points_after": after,
        "delta": after,
        "occurred_at": "2026-03-01T12:30:15.000042Z",
        "created_at": "2026-03-01T12:30:15.000042Z",
        "metadata": {"entity_name": entity.name, "points": abs(after), "activation_id": activation.pk},
    }


@pytest.mark.parametrize("kind", ["task", "penalty"])
def test_undoing(request, child, parent, other_parent, kind):
    entity = request.getfixturevalue(kind)
    activation = activate(entity=entity, child=child, by=parent)

    cancelled = cancel_activation(activation=activation, by=other_parent)

    event = recorded(child, after=1)
    assert (event.entity_type, event.action, event.entity_id) == (kind, "cancelled", entity.pk)
    assert (event.user, event.actor_role, event.sequence) == (other_parent, "parent", 2)
    assert (event.points_before, event.points_after, event.delta) == (activation.delta, 0, -activation.delta)
    assert event.occurred_at == cancelled.cancelled_at
    assert event.metadata == {
        "entity_name": entity.name,
        "points": entity.points,
        "activation_id": activation.pk,
        "cancels": 1,
        "reason": "undone",
    }


def test_the_floor_shows_in_the_change_and_not_in_the_nominal_points(family, penalty, child, parent):
    edit_family(family=family, by=parent, floor_at_zero=True)
    earn(child, 3)

    activate(entity=penalty, child=child, by=parent)

    event = recorded(child, after=1)
    assert (event.points_before, event.points_after, event.delta, event.metadata["points"]) == (3, 0, -3, 4)


@pytest.fixture
def pending(reward, child, child_user):
    earn(child, 50)
    return request_reward(reward=reward, child=child, by=child_user)[0]


def test_requesting(pending, reward, child, child_user):
    event = recorded(child, after=1)

    assert (event.entity_type, event.action, event.entity_id) == ("reward", "requested", reward.pk)
    assert (event.user, event.actor_role) == (child_user, "child")
    assert (event.points_before, event.points_after, event.delta) == (50, 50, 0)
    assert event.occurred_at == pending.requested_at
    assert event.metadata == {"entity_name": "Cinema", "cost": 20, "request_id": pending.pk}


def test_redeeming(pending, reward, child, parent):
    redeemed = redeem_request(request=pending, by=parent)

    event = recorded(child, after=2)
    assert (event.entity_type, event.action, event.entity_id) == ("reward", "redeemed", reward.pk)
    assert (event.user, event.actor_role) == (parent, "parent")
    assert (event.points_before, event.points_after, event.delta) == (50, 30, -20)
    assert (event.occurred_at, event.sequence) == (redeemed.settled_at, redeemed.sequence)
    assert event.metadata == {"entity_name": "Cinema", "cost": 20, "request_id": pending.pk}


def test_redeeming_directly_is_one_event(reward, child, parent):
    earn(child, 50)

    request, _ = redeem_reward(reward=reward, child=child, by=parent)

    event = recorded(child, after=1)
    assert (event.action, event.delta, event.metadata["request_id"]) == ("redeemed", -20, request.pk)


@pytest.mark.parametrize(("who", "reason"), [("parent", "denied"), ("child_user", "withdrawn")])
def test_cancelling(request, pending, child, who, reason):
    by = request.getfixturevalue(who)

    cancel_request(request=pending, by=by)

    event = recorded(child, after=2)
    assert (event.entity_type, event.action, event.delta) == ("reward", "cancelled", 0)
    assert event.user == by
    assert event.metadata == {"entity_name": "Cinema", "cost": 20, "request_id": pending.pk, "reason": reason}


def test_refunding(pending, child, parent):
    redeem_request(request=pending, by=parent)

    refund_request(request=pending, by=parent)

    event = recorded(child, after=3)
    assert (event.entity_type, event.action) == ("reward", "cancelled")
    assert (event.points_before, event.points_after, event.delta) == (30, 50, 20)
    assert event.metadata == {
        "entity_name": "Cinema",
        "cost": 20,
        "request_id": pending.pk,
        "cancels": 3,
        "reason": "refunded",
    }


def test_archiving_a_reward(pending, reward, child, parent):
    archive_reward(reward=reward, by=parent)

    event = recorded(child, after=2)
    assert (event.action, event.delta, event.metadata["reason"]) == ("cancelled", 0, "entity_removed")


def test_removing_a_child(pending, child, parent):
    remove_child(child=child, by=parent)

    event = recorded(child, after=2)
    assert (event.action, event.delta, event.metadata["reason"]) == ("cancelled", 0, "child_removed")
    assert (event.user, event.actor_role) == (parent, "parent")


def test_removing_a_child_forgets_its_login_in_what_it_did(pending, child, parent):
    before = recorded(child, after=1).to_dict()

    remove_child(child=child, by=parent)

    event = TrackingEvent.objects.get(child_id=child.pk, sequence=2)
    assert event.to_dict() == {**before, "user_id": None}
    assert event.actor_role == "child"


@pytest.mark.parametrize(("who", "role"), [("parent", "parent"), ("admin", "admin"), (None, "system")])
def test_the_last_parent_takes_the_family_along(request, pending, child, parent, who, role):
    by = who and request.getfixturevalue(who)

    delete_user(user=parent, by=by)

    event = recorded(child, after=2)
    assert (event.metadata["reason"], event.actor_role) == ("child_removed", role)
    assert event.user == (by if who == "admin" else None)


def test_deleting_a_user_leaves_its_events_with_nobody_and_all_else_as_it_was(task, child, parent, other_parent):
    activate(entity=task, child=child, by=other_parent)
    activate(entity=task, child=child, by=parent)
    before = [event.to_dict() for event in TrackingEvent.objects.order_by("id")]

    delete_user(user=other_parent, by=parent)

    after = [event.to_dict() for event in TrackingEvent.objects.order_by("id")]
    assert after == [{**before[0], "user_id": None}, before[1]]


@pytest.mark.parametrize(
    ("who", "role"), [("parent", "parent"), ("child_user", "child"), ("admin", "admin"), (None, "system")]
)
def test_the_role_is_that_of_the_moment(request, task, child, who, role):
    by = who and request.getfixturevalue(who)

    activate(entity=task, child=child, by=by)

    event = last_event(child)
    assert (event.user, event.actor_role) == (by, role)


def test_staff_in_a_family_acts_as_a_parent(task, child, parent):
    type(parent).objects.filter(pk=parent.pk).update(is_staff=True, is_superuser=True)

    activate(entity=task, child=child, by=parent)

    assert last_event(child).actor_role == "parent"


def test_what_was_settled_or_refused_leaves_no_event(pending, task, reward, child, parent):
    activation = activate(entity=task, child=child, by=parent)
    for _ in range(2):
        cancel_activation(activation=activation, by=parent)
        redeem_request(request=pending, by=parent)
    for refused in (cancel_request, refund_request, redeem_request, cancel_request):
        try:
            refused(request=pending, by=parent)
        except ChoreError:
            continue

    actions = TrackingEvent.objects.order_by("sequence").values_list("action", flat=True)
    assert list(actions) == ["activated", "requested", "activated", "cancelled", "redeemed", "cancelled"]


def test_no_name_of_a_person_is_recorded(pending, task, child, parent):
    cancel_activation(activation=activate(entity=task, child=child, by=parent), by=parent)
    cancel_request(request=pending, by=parent)

    told = str([event.metadata for event in TrackingEvent.objects.all()])
    assert not any(name in told for name in (child.name, child.username, parent.username))


def test_each_act_and_its_row_agree(pending, task, child, parent):
    activate(entity=task, child=child, by=parent)
    redeem_request(request=pending, by=parent)

    for activation in Activation.objects.all():
        event = TrackingEvent.objects.get(child_id=child.pk, sequence=activation.sequence)
        assert (event.delta, event.occurred_at) == (activation.delta, activation.occurred_at)
    request = RewardRequest.objects.get()
    event = TrackingEvent.objects.get(child_id=child.pk, sequence=request.sequence)
    assert (event.delta, event.occurred_at) == (-request.cost, request.settled_at)
    assert not UnrecordedEvent.objects.exists()
