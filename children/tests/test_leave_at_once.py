"""Leaving, thinking better of it, acting and being deleted at the same time."""

import pytest
from django.db import connection

from children.errors import ActorGone, ChoreError, LastAdmin
from children.models import AccountDeletionPolicy, Activation, User
from children.services.activations import activate
from children.services.deletions import change_policy, request_deletion, withdraw_deletion
from children.services.due_accounts import delete_due_accounts
from children.tests.factories import earn, make_admin, make_user, mark
from tracking.models import TrackingEvent
from tracking.tests.racing import holding, queue, race

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = pytest.mark.parametrize("round_", range(3))
DUE = 721  # hours


def refusals(outcomes):
    return [type(outcome) for outcome in outcomes if isinstance(outcome, ChoreError)]


# Two superusers


@ROUNDS
def test_of_two_superusers_that_leave_at_once_one_stays(admin, round_):
    other = make_admin("other-admin")

    outcomes = race(lambda: request_deletion(user=admin), lambda: request_deletion(user=other))

    assert refusals(outcomes) == [LastAdmin]
    assert User.objects.filter(deletion_requested_at=None).count() == 1


@pytest.mark.postgresql
def test_a_superuser_that_leaves_waits_for_another_one_that_does(admin):
    other = make_admin("other-admin")

    _, refusal = queue(lambda: request_deletion(user=other), lambda: request_deletion(user=admin))

    assert isinstance(refusal, LastAdmin)


@pytest.mark.postgresql
def test_a_superuser_that_leaves_waits_for_another_one_that_is_deactivated(admin):
    other = make_admin("other-admin")

    _, refusal = queue(
        lambda: User.objects.filter(pk=other.pk).update(is_active=False), lambda: request_deletion(user=admin)
    )

    assert isinstance(refusal, LastAdmin)


# Two schedulers


@ROUNDS
def test_two_schedulers_delete_each_account_once(family, parent, removed, round_):
    names = [mark(make_user(f"leaver-{number}", family=family), hours_ago=DUE).username for number in range(6)]

    outcomes = race(delete_due_accounts, delete_due_accounts)

    assert sum(deleted for deleted, _ in outcomes) == 6
    assert sum(failed for _, failed in outcomes) == 0
    assert sorted(removed) == names


@pytest.mark.postgresql
@pytest.mark.parametrize("there", [True, False])
def test_one_scheduler_waits_for_the_other(stranger, parent, there):
    """Also where both have to make the row on which they wait."""
    if there:
        AccountDeletionPolicy.objects.create()
    mark(stranger, hours_ago=DUE + 1)
    mark(parent, hours_ago=DUE)

    first, second = queue(delete_due_accounts, delete_due_accounts)

    assert (first, second) == ((2, 0), (0, 0))


@pytest.mark.postgresql
def test_a_scheduler_waits_for_who_changes_the_policy(admin, parent):
    mark(parent, hours_ago=100)
    AccountDeletionPolicy.objects.create(threshold_hours=24)

    _, outcome = queue(lambda: change_policy(threshold_hours=720, by=admin), delete_due_accounts)

    assert outcome == (0, 0)
    assert User.objects.filter(pk=parent.pk).exists()


# Thinking better of it


@ROUNDS
def test_an_account_is_restored_while_it_is_deleted(parent, other_parent, round_):
    mark(parent, hours_ago=DUE)

    outcome, restored = race(delete_due_accounts, lambda: withdraw_deletion(user=parent))

    is_there = User.objects.filter(pk=parent.pk).exists()
    assert outcome == ((0, 0) if is_there else (1, 0))
    assert refusals([restored]) == ([] if is_there else [ActorGone])
    assert not User.objects.exclude(deletion_requested_at=None).exists()


@pytest.mark.postgresql
def test_a_scheduler_waits_for_who_thinks_better_of_it_and_leaves_it_alone(parent, other_parent):
    mark(parent, hours_ago=DUE)

    _, outcome = queue(lambda: withdraw_deletion(user=parent), delete_due_accounts)

    assert outcome == (0, 0)
    parent.refresh_from_db()
    assert (parent.deletion_requested_at, parent.deletion_attempts) == (None, None)


@pytest.mark.postgresql
def test_who_thinks_better_of_it_too_late_is_gone(parent, other_parent):
    mark(parent, hours_ago=DUE)

    outcome, refusal = queue(delete_due_accounts, lambda: withdraw_deletion(user=parent))

    assert outcome == (1, 0)
    assert isinstance(refusal, ActorGone)


# Who acts


@ROUNDS
@pytest.mark.parametrize("who", ["other_parent", "admin"])
def test_an_account_is_deleted_while_it_acts(request, task, child, parent, who, round_):
    actor = request.getfixturevalue(who)
    make_admin("one-that-stays")
    earn(child, 5)
    mark(actor, hours_ago=DUE)

    act, deleted = race(lambda: activate(entity=task, child=child, by=actor), delete_due_accounts)

    assert deleted == (1, 0)
    assert refusals([act]) == ([] if Activation.objects.count() == 2 else [ActorGone])
    assert not User.objects.filter(pk=actor.pk).exists()
    assert not TrackingEvent.objects.filter(user=actor.pk).exists()


@pytest.mark.postgresql
def test_others_do_not_wait_for_a_deletion(parent, strangers_task, strangers_child, stranger, admin):
    mark(parent, hours_ago=DUE)
    mark(make_admin("other-admin"), hours_ago=DUE)

    with holding(delete_due_accounts) as held, connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '1s'")
        try:
            activate(entity=strangers_task, child=strangers_child, by=stranger)
            request_deletion(user=stranger)
        finally:
            cursor.execute("RESET lock_timeout")

    assert held.result() == (2, 0)
