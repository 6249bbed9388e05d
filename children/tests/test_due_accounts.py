"""Housekeeping deletes the accounts that are due; what fails is kept, and tried again."""

import logging

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, OperationalError, connection

from children import clock
from children.models import AccountDeletionPolicy, Child, User
from children.services import due_accounts
from children.services.activations import activate
from children.services.deletions import withdraw_deletion
from children.services.due_accounts import delete_due_accounts, first_line
from children.services.housekeeping import keep_house
from children.signals import user_removed
from children.tests.factories import make_admin, make_user, mark
from tracking.models import TrackingEvent

DUE = 721  # hours


@pytest.fixture
def obstacle():
    """Return a function after which the deletion of a user fails with that error."""
    stopped = {}

    def stop(*, user, **_):
        if user.username in stopped:
            raise stopped[user.username]

    user_removed.connect(stop)
    yield lambda user, error=None: stopped.update({user.username: error or RuntimeError("no")})
    user_removed.disconnect(stop)


def kept(user):
    user.refresh_from_db()
    return user.deletion_attempts, user.deletion_error


def test_an_account_that_is_due_goes(family, parent, other_parent):
    mark(other_parent, hours_ago=DUE)

    assert delete_due_accounts() == (1, 0)
    assert list(User.objects.all()) == [parent]


def test_an_account_that_is_not_due_stays(parent, other_parent, stranger):
    mark(parent, hours_ago=719.9)

    assert delete_due_accounts() == (0, 0)
    assert User.objects.count() == 3


def test_it_is_due_from_the_very_moment_on(parent, other_parent):
    mark(parent)
    due_at = parent.deletion_due_at

    with clock.pretend(due_at):
        assert delete_due_accounts() == (1, 0)


@pytest.mark.parametrize(("hours", "deleted"), [(24, 1), (720, 0)])
def test_the_policy_of_now_decides(parent, other_parent, hours, deleted):
    mark(parent, hours_ago=100)
    AccountDeletionPolicy.objects.create(threshold_hours=hours)

    assert delete_due_accounts() == (deleted, 0)


def test_the_oldest_request_goes_first(parent, other_parent, stranger, removed):
    for user, hours in ((parent, 800), (other_parent, 900), (stranger, 1000)):
        mark(user, hours_ago=hours)

    delete_due_accounts()

    assert removed == ["stranger", "other-parent", "parent"]


@pytest.mark.parametrize("what", ["is restored", "is given more time"])
def test_an_account_that_is_spared_while_those_before_it_go_stays(parent, stranger, what):
    mark(parent, hours_ago=100)
    mark(stranger, hours_ago=101)
    AccountDeletionPolicy.objects.create(threshold_hours=24)

    def spare(*, user, **_):
        if what == "is restored":
            withdraw_deletion(user=parent)
        else:
            AccountDeletionPolicy.objects.update(threshold_hours=720)

    user_removed.connect(spare)
    try:
        assert delete_due_accounts() == (1, 0)
    finally:
        user_removed.disconnect(spare)

    assert User.objects.get() == parent
    assert kept(parent) == (None, None)


def test_its_events_stay_without_its_name(task, child, parent, other_parent):
    activate(entity=task, child=child, by=other_parent)
    mark(other_parent, hours_ago=DUE)

    delete_due_accounts()

    event = TrackingEvent.objects.get()
    assert (event.user_id, event.actor_role, event.delta) == (None, "parent", 10)


def test_the_last_parent_takes_the_family_along(family, parent, child, child_user):
    mark(parent, hours_ago=DUE)

    delete_due_accounts()

    family.refresh_from_db()
    assert (family.name, family.removed_at is not None) == ("", True)
    assert not User.objects.exists()
    assert not Child.objects.present().exists()


def test_two_parents_that_are_due_go_one_after_the_other(family, parent, other_parent, child):
    for user in (parent, other_parent):
        mark(user, hours_ago=DUE)

    assert delete_due_accounts() == (2, 0)
    family.refresh_from_db()
    assert family.removed_at is not None


def test_the_last_active_superuser_stays(admin, parent):
    mark(admin, hours_ago=DUE)
    make_admin("inactive")
    User.objects.filter(username="inactive").update(is_active=False)

    assert delete_due_accounts() == (0, 1)
    assert kept(admin) == (1, "LastAdmin: last_admin")


def test_of_two_superusers_that_are_due_one_stays(admin):
    mark(admin, hours_ago=DUE)
    other = mark(make_admin("other-admin"), hours_ago=DUE + 1)

    assert delete_due_accounts() == (1, 1)
    assert not User.objects.filter(pk=other.pk).exists()
    assert kept(admin) == (1, "LastAdmin: last_admin")


def test_a_deactivated_superuser_is_not_the_last_active_one(admin):
    mark(admin, hours_ago=DUE)
    User.objects.filter(pk=admin.pk).update(is_active=False)

    assert delete_due_accounts() == (1, 0)


# What fails


def test_what_fails_is_kept_and_the_next_account_goes_on(parent, stranger, obstacle):
    mark(parent, hours_ago=DUE + 1)
    mark(stranger, hours_ago=DUE)
    obstacle(parent)

    assert delete_due_accounts() == (1, 1)

    assert kept(parent) == (1, "RuntimeError: no")
    assert parent.deletion_attempted_at is not None
    assert not User.objects.filter(pk=stranger.pk).exists()


def test_what_fails_leaves_everything_as_it_was(family, parent, child, child_user, obstacle):
    mark(parent, hours_ago=DUE)
    obstacle(parent)

    delete_due_accounts()

    family.refresh_from_db()
    child.refresh_from_db()
    assert (family.name, child.name, child.login) == ("Lovelace", "Ada", child_user)


def test_an_account_that_fails_twice_goes_at_the_third_attempt(parent, obstacle):
    mark(parent, hours_ago=DUE)
    obstacle(parent)
    for attempts in (1, 2):
        assert delete_due_accounts() == (0, 1)
        assert kept(parent) == (attempts, "RuntimeError: no")

    User.objects.filter(pk=parent.pk).update(username="renamed")  # out of the obstacle's way

    assert delete_due_accounts() == (1, 0)
    assert not User.objects.exists()


def test_it_is_logged_without_a_name(parent, obstacle, caplog):
    mark(parent, hours_ago=DUE)
    obstacle(parent)

    with caplog.at_level(logging.ERROR, logger=due_accounts.logger.name):
        delete_due_accounts()

    (record,) = caplog.records
    assert record.exc_info[0] is RuntimeError
    assert "parent" not in record.getMessage()


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (RuntimeError(), "RuntimeError"),
        (RuntimeError("one\ntwo"), "RuntimeError: one"),
        (IntegrityError('it "is" referred to\nDETAIL:  Key (username)=(ada)\n'), 'IntegrityError: it "is" referred to'),
        (ValueError("a\0b\ud800c"), "ValueError: a?b?c"),
        (OSError(28, "No space"), "OSError: [Errno 28] No space"),
    ],
)
def test_an_error_is_told_in_one_line(error, text):
    assert first_line(error) == text


def test_an_error_however_long_and_odd_can_be_kept(parent, obstacle):
    mark(parent, hours_ago=DUE)
    obstacle(parent, ValueError("\0é" * 1000))

    assert delete_due_accounts() == (0, 1)
    attempts, text = kept(parent)
    assert (attempts, len(text)) == (1, 500)


@pytest.mark.django_db(transaction=True)
def test_where_not_even_the_failure_can_be_kept_the_next_account_goes_on(parent, stranger, obstacle):
    mark(parent, hours_ago=DUE + 1)
    mark(stranger, hours_ago=DUE)
    obstacle(parent)

    def refuse(execute, sql, *rest):
        if 'SET "deletion_attempts"' in sql:
            raise OperationalError("the disk is full")
        return execute(sql, *rest)

    with connection.execute_wrapper(refuse):
        assert delete_due_accounts() == (1, 1)
    assert kept(parent) == (None, None)


def test_a_failure_is_not_kept_on_an_account_that_was_restored_meanwhile(parent, obstacle):
    class Late(Exception):
        def __str__(self):
            """By now the transaction has been rolled back."""
            withdraw_deletion(user=parent)
            return "too late"

    mark(parent, hours_ago=DUE)
    obstacle(parent, Late())

    assert delete_due_accounts() == (0, 1)
    assert kept(parent) == (None, None)


# The command


def test_the_command_tells_how_many_went(parent, capsys):
    mark(parent, hours_ago=DUE)

    call_command("housekeeping")

    assert "1 accounts" in capsys.readouterr().out


def test_the_command_fails_where_an_account_did(parent, stranger, obstacle, capsys):
    for user in (parent, stranger):
        mark(user, hours_ago=DUE)
    obstacle(parent)

    with pytest.raises(CommandError, match=r"accounts \(1\)") as error:
        call_command("housekeeping")
    assert error.value.returncode == 1
    assert "1 accounts" in capsys.readouterr().out


def test_where_there_is_no_telling_which_are_due_the_rest_is_done(parent):
    def refuse(execute, sql, *rest):
        if "accountdeletionpolicy" in sql:
            raise OperationalError("away")
        return execute(sql, *rest)

    with connection.execute_wrapper(refuse):
        removed, failed = keep_house()

    assert failed == ["accounts"]
    assert removed == {"expired idempotency keys": 0, "expired tokens": 0, "expired sessions": 0}


def test_others_are_left_alone(family, parent, child, stranger, admin):
    mark(make_user("leaver"), hours_ago=DUE)

    delete_due_accounts()

    assert User.objects.count() == 4
