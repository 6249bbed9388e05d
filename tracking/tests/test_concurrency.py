"""Nobody waits for ever, nothing is lost, nothing is done twice: with real threads, on a SQLite file or PostgreSQL."""

import pytest
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.db import connection

from children.errors import ActorGone, ActorMoved, AlreadyCancelled, AlreadyRedeemed, ChoreError, Gone
from children.locks import lock_family
from children.models import Activation, Child, Task, User
from children.services.accounts import delete_user
from children.services.activations import activate, cancel_activation
from children.services.children import remove_child
from children.services.families import remove_parent
from children.tests.factories import earn, make_admin, make_child, make_task, make_user
from rewards.models import RewardRequest
from rewards.services.requests import cancel_request, redeem_request, redeem_reward, refund_request, request_reward
from rewards.services.rewards import archive_reward
from rewards.tests.factories import make_reward
from tracking.models import TrackingEvent, UnrecordedEvent
from tracking.tests.racing import holding, queue, race

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = pytest.mark.parametrize("round_", range(3))


def trail(child):
    """The events of a child in order, which must have no gap and no break."""
    events = list(TrackingEvent.objects.filter(child_id=child.pk).order_by("sequence"))
    child.refresh_from_db()
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    assert [event.points_before for event in events] == [0, *(event.points_after for event in events[:-1])]
    assert sorted(events, key=lambda event: event.occurred_at) == events
    assert (events[-1].points_after, events[-1].sequence) == (child.points, child.sequence)
    assert not UnrecordedEvent.objects.exists()
    return events


def actions(child):
    """What happened after the child earned its points."""
    return [(event.action, (event.metadata or {}).get("reason")) for event in trail(child)[1:]]


def traces_of(user_id):
    """Where a row still names the user, in any table."""
    named = [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.concrete_fields
        if field.related_model is User and model._base_manager.filter(**{field.attname: user_id}).exists()
    ]
    unrecorded = UnrecordedEvent.objects.filter(event__user_id=user_id).exists()
    return named + ["UnrecordedEvent.event"] * unrecorded


def refusals(outcomes):
    return [type(outcome) for outcome in outcomes if isinstance(outcome, ChoreError)]


@pytest.fixture
def pending(reward, child, parent):
    earn(child, 20)
    return request_reward(reward=reward, child=child, by=parent)[0]


# One child, many hands


def test_8_threads_activate_50_times_each_for_one_child(task, child, parent, other_parent):
    def fifty_times(by):
        for _ in range(50):
            activate(entity=task, child=child, by=by)

    race(*[lambda by=by: fifty_times(by) for by in (parent, other_parent) * 4])

    events = trail(child)
    assert len(events) == Activation.objects.count() == 400
    assert (child.points, child.sequence) == (4_000, 400)
    assert Activation.objects.filter(by=parent).count() == 200


def test_a_family_of_children_shares_one_clock(family, task, parent):
    children = [make_child(family, name) for name in ("Ada", "Byron", "Ralph", "Anne")]

    race(*[lambda one=one: [activate(entity=task, child=one, by=parent) for _ in range(10)] for one in children])

    moments = TrackingEvent.objects.values_list("occurred_at", flat=True)
    assert len(set(moments)) == len(moments) == 40
    assert list(TrackingEvent.objects.order_by("id").values_list("occurred_at", flat=True)) == sorted(moments)


@ROUNDS
def test_two_parents_redeem_one_request(pending, child, parent, other_parent, round_):
    outcomes = race(
        lambda: redeem_request(request=pending, by=parent), lambda: redeem_request(request=pending, by=other_parent)
    )

    assert [outcome.status for outcome in outcomes] == ["redeemed", "redeemed"]
    assert actions(child) == [("requested", None), ("redeemed", None)]
    assert (child.points, child.reserved) == (0, 0)


@ROUNDS
def test_one_cancels_while_another_redeems(pending, child, child_user, parent, round_):
    outcomes = race(
        lambda: redeem_request(request=pending, by=parent), lambda: cancel_request(request=pending, by=child_user)
    )

    pending.refresh_from_db()
    won = {"redeemed": ("redeemed", None), "cancelled": ("cancelled", "withdrawn")}[pending.status]
    lost = {"redeemed": AlreadyRedeemed, "cancelled": AlreadyCancelled}[pending.status]
    assert actions(child) == [("requested", None), won]
    assert refusals(outcomes) == [lost]
    assert (child.points, child.reserved) == (0 if pending.status == "redeemed" else 20, 0)


@ROUNDS
def test_two_parents_request_one_reward(reward, child, parent, other_parent, round_):
    earn(child, 50)

    outcomes = race(*[lambda by=by: request_reward(reward=reward, child=child, by=by) for by in (parent, other_parent)])

    assert sorted(is_new for _, is_new in outcomes) == [False, True]
    assert len({request.pk for request, _ in outcomes}) == RewardRequest.objects.count() == 1
    assert actions(child) == [("requested", None)]
    assert child.reserved == 20


@ROUNDS
def test_two_parents_give_what_is_there_once(reward, child, parent, other_parent, round_):
    earn(child, 39)

    outcomes = race(*[lambda by=by: redeem_reward(reward=reward, child=child, by=by) for by in (parent, other_parent)])

    assert len(refusals(outcomes)) == 1
    assert actions(child) == [("redeemed", None)]
    assert child.points == 19


@ROUNDS
def test_two_parents_undo_one_activation(task, child, parent, other_parent, round_):
    activation = activate(entity=task, child=child, by=parent)

    first, second = race(
        *[lambda by=by: cancel_activation(activation=activation, by=by) for by in (parent, other_parent)]
    )

    assert first.cancelled_at == second.cancelled_at
    assert actions(child) == [("cancelled", "undone")]
    assert child.points == 0


@ROUNDS
def test_two_parents_refund_one_request(pending, child, parent, other_parent, round_):
    redeem_request(request=pending, by=parent)

    outcomes = race(*[lambda by=by: refund_request(request=pending, by=by) for by in (parent, other_parent)])

    assert [outcome.status for outcome in outcomes] == ["refunded", "refunded"]
    assert actions(child) == [("requested", None), ("redeemed", None), ("cancelled", "refunded")]
    assert child.points == 20


@ROUNDS
def test_a_child_is_removed_while_its_request_is_redeemed(pending, child, parent, other_parent, round_):
    outcomes = race(
        lambda: redeem_request(request=pending, by=parent), lambda: remove_child(child=child, by=other_parent)
    )

    happened = actions(child)
    assert happened in (
        [("requested", None), ("redeemed", None)],
        [("requested", None), ("cancelled", "child_removed")],
    )
    assert refusals(outcomes) == ([] if happened[-1] == ("redeemed", None) else [Gone])
    assert child.reserved == 0
    assert not RewardRequest.objects.pending().exists()


@ROUNDS
def test_a_reward_is_archived_while_it_is_requested(reward, child, parent, other_parent, round_):
    earn(child, 20)

    outcomes = race(
        lambda: request_reward(reward=reward, child=child, by=parent),
        lambda: archive_reward(reward=reward, by=other_parent),
    )

    assert actions(child) in ([], [("requested", None), ("cancelled", "entity_removed")])
    assert refusals(outcomes) == ([] if actions(child) else [Gone])
    assert child.reserved == 0
    assert not RewardRequest.objects.pending().exists()


# Somebody goes

ACTORS = pytest.mark.parametrize("who", ["other_parent", "child_user", "admin"])


@ROUNDS
@ACTORS
def test_a_user_is_deleted_while_it_acts(request, task, child, parent, who, round_):
    actor = request.getfixturevalue(who)
    earn(child, 5)

    outcomes = race(lambda: activate(entity=task, child=child, by=actor), lambda: delete_user(user=actor, by=actor))

    events = trail(child)
    assert refusals(outcomes) == ([] if len(events) == 2 else [ActorGone])
    assert not User.objects.filter(pk=actor.pk).exists()
    assert traces_of(actor.pk) == []


@pytest.mark.postgresql
@ACTORS
def test_who_deletes_a_user_waits_for_its_act(request, task, reward, child, parent, who):
    actor = request.getfixturevalue(who)
    earn(child, 20)

    def act():
        activate(entity=task, child=child, by=actor)
        return request_reward(reward=reward, child=child, by=actor)

    (_, is_new), deleted = queue(act, lambda: delete_user(user=actor, by=None))

    assert (is_new, deleted) == (True, None)
    assert [event.user_id for event in trail(child)[1:]] == [None, None]
    assert traces_of(actor.pk) == []


@pytest.mark.postgresql
@ACTORS
def test_an_act_waits_for_who_deletes_its_user_and_is_refused(request, task, child, parent, who):
    actor = request.getfixturevalue(who)
    earn(child, 20)

    _, refusal = queue(lambda: delete_user(user=actor, by=None), lambda: activate(entity=task, child=child, by=actor))

    assert isinstance(refusal, ActorGone)
    assert len(trail(child)) == 1
    assert traces_of(actor.pk) == []


@pytest.mark.postgresql
def test_the_act_of_a_last_parent_that_is_deleted_is_refused_for_the_actor(task, child, parent):
    earn(child, 20)

    _, refusal = queue(
        lambda: delete_user(user=parent, by=parent), lambda: activate(entity=task, child=child, by=parent)
    )

    assert isinstance(refusal, ActorGone)


@pytest.mark.postgresql
def test_who_deletes_a_user_waits_for_an_act_on_what_it_once_did(task, child, parent, admin):
    activation = activate(entity=task, child=child, by=admin)

    undone, deleted = queue(
        lambda: cancel_activation(activation=activation, by=parent), lambda: delete_user(user=admin, by=admin)
    )

    assert (undone.pk, deleted) == (activation.pk, None)
    assert [event.user_id for event in trail(child)] == [None, parent.pk]
    assert traces_of(admin.pk) == []


@ROUNDS
def test_two_admins_delete_each_other(admin, round_):
    other = make_admin("other-admin")

    outcomes = race(lambda: delete_user(user=other, by=admin), lambda: delete_user(user=admin, by=other))

    assert refusals(outcomes) == [ActorGone]
    assert User.objects.count() == 1


@ROUNDS
def test_two_parents_remove_each_other(family, parent, other_parent, round_):
    outcomes = race(
        lambda: remove_parent(parent=other_parent, by=parent), lambda: remove_parent(parent=parent, by=other_parent)
    )

    assert refusals(outcomes) == [ActorMoved]
    assert User.objects.parents_of(family).count() == 1


@ROUNDS
def test_two_parents_delete_themselves(family, child, child_user, parent, other_parent, round_):
    earn(child, 5)

    outcomes = race(*[lambda one=one: delete_user(user=one, by=one) for one in (parent, other_parent)])

    family.refresh_from_db()
    assert outcomes == [None, None]
    assert family.removed_at is not None
    assert not User.objects.exists()
    assert not Child.objects.present().exists()
    assert [traces_of(user.pk) for user in (parent, other_parent, child_user)] == [[], [], []]


@ROUNDS
def test_a_family_goes_while_its_child_acts(reward, child, child_user, parent, round_):
    earn(child, 20)

    outcomes = race(
        lambda: request_reward(reward=reward, child=child, by=child_user), lambda: delete_user(user=parent, by=parent)
    )

    assert actions(child) in ([], [("requested", None), ("cancelled", "child_removed")])
    assert refusals(outcomes) == ([] if actions(child) else [ActorGone])
    assert child.reserved == 0
    assert [traces_of(user.pk) for user in (parent, child_user)] == [[], []]


# What must not wait


@pytest.mark.postgresql
def test_rows_that_refer_to_a_locked_family_do_not_wait(family, child, parent, task, reward):
    def lock_all():
        activate(entity=task, child=child, by=parent)
        lock_family(family.pk)

    with holding(lock_all), connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '1s'")
        try:
            make_task(family)
            make_reward(family)
            make_user("later", family=family)
            make_child(family)
            LogEntry.objects.create(user=parent, action_flag=CHANGE, object_repr="")
        finally:
            cursor.execute("RESET lock_timeout")

    assert Task.objects.count() == 2


def test_another_family_does_not_share_a_clock(task, child, parent, strangers_task, strangers_child, stranger):
    race(
        lambda: [activate(entity=task, child=child, by=parent) for _ in range(10)],
        lambda: [activate(entity=strangers_task, child=strangers_child, by=stranger) for _ in range(10)],
    )

    assert (len(trail(child)), len(trail(strangers_child))) == (10, 10)


@pytest.mark.postgresql
def test_another_family_does_not_wait(task, child, parent, strangers_task, strangers_child, stranger):
    with holding(lambda: activate(entity=task, child=child, by=parent)), connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '1s'")
        try:
            activate(entity=strangers_task, child=strangers_child, by=stranger)
        finally:
            cursor.execute("RESET lock_timeout")

    assert len(trail(strangers_child)) == 1
