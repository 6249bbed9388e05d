"""By whatever door a user goes, the same is left: the family's story, in which nobody is named."""

import logging
from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import transaction
from django.urls import reverse

from children import clock
from children.models import User
from children.services.accounts import delete_user
from children.services.children import remove_child
from children.services.due_accounts import delete_due_accounts
from children.tests.factories import PASSWORD, make_user, mark
from tracking.models import Departure, TrackingEvent, UnrecordedEvent
from tracking.services import leaving
from tracking.tests.tracing import (
    anonymize,
    fail_to_log_in,
    leave_notes,
    live,
    log_in,
    logs,
    logs_without,
    picture,
    wait_unrecorded,
    without_account,
)
from tracking.traces.identity import Identity
from tracking.traces.proof import prove

pytestmark = pytest.mark.django_db(transaction=True)


def by_the_command(user, site, api):
    anonymize(user.pk, "--delete", "--no-input")


def by_the_admin_site(user, site, api):
    assert site.post(reverse("admin:children_user_delete", args=[user.pk]), {"post": "yes"}).status_code == 302


def by_the_admin_sites_list(user, site, api):
    selected = {"action": "delete_selected", "_selected_action": [user.pk], "post": "yes"}
    assert site.post(reverse("admin:children_user_changelist"), selected).status_code == 302


def by_the_model(user, site, api):
    user.delete()


def by_the_queryset(user, site, api):
    User.objects.filter(pk=user.pk).delete()


def by_a_service(user, site, api):
    delete_user(user=user, by=user)


def by_the_scheduler(user, site, api):
    mark(user, hours_ago=721)
    assert delete_due_accounts() == (1, 0)


def by_itself(user, site, api):
    with clock.pretend(clock.now() - timedelta(hours=721)):
        assert api(user).post("/api/v1/me/delete/", {"password": PASSWORD}).status_code == 202
    call_command("housekeeping")


DOORS = pytest.mark.parametrize(
    "go",
    [
        by_the_command,
        by_the_admin_site,
        by_the_admin_sites_list,
        by_the_model,
        by_the_queryset,
        by_a_service,
        by_the_scheduler,
        by_itself,
    ],
)


@pytest.fixture
def anna(family):
    return make_user("anna", family=family, email="anna@example.org")


@pytest.fixture
def complaints(caplog):
    """What was logged as an error of a user that went."""
    caplog.set_level(logging.ERROR, logger=leaving.logger.name)
    return lambda: [record.getMessage() for record in caplog.records if record.name == leaving.logger.name]


@DOORS
def test_a_parent_goes_and_nothing_names_it(go, site, api, anna, parent, child, complaints):
    live(child, anna, parent, child.login)
    leave_notes(anna, beside=parent)
    before, files = picture(), logs()

    go(anna, site, api)

    assert picture() == without_account(anna, before)
    assert logs() == logs_without(anna, files)
    assert complaints() == []


@DOORS
def test_who_did_nothing_goes_too(go, site, api, anna, parent):
    before = picture()

    go(anna, site, api)

    assert picture() == without_account(anna, before)
    assert logs() == {}


@DOORS
def test_the_family_that_goes_along_is_named_nowhere_either(
    go, site, api, parent, child, child_user, stranger, admin, complaints
):
    live(child, parent, child_user)
    leave_notes(parent, beside=stranger)
    leave_notes(child_user, beside=admin)
    identities = [Identity.of(user) for user in (parent, child_user)]

    go(parent, site, api)

    gone = [identity.user_id for identity in identities]
    assert not User.objects.filter(pk__in=gone).exists()
    assert not TrackingEvent.objects.filter(user__in=gone).exists()
    assert [prove(identity, account=True).traces for identity in identities] == [{}, {}]
    assert complaints() == []


@DOORS
def test_a_trace_that_is_left_is_an_error_that_names_the_place(go, site, api, anna, parent, settings, complaints):
    settings.LOG_DIR.mkdir()
    (settings.LOG_DIR / "notes.txt").write_text(f"anna\n\nand user {anna.pk}\n")

    go(anna, site, api)

    (complaint,) = complaints()
    assert "traces in logs/notes.txt (2)." in complaint
    assert "anna" not in complaint
    assert not User.objects.filter(pk=anna.pk).exists()


def test_a_child_that_is_removed_takes_its_login_along(child, child_user, parent, complaints):
    live(child, child_user, parent)
    leave_notes(child_user, beside=parent)
    identity = Identity.of(child_user)

    remove_child(child=child, by=parent)

    assert prove(identity, account=True).traces == {}
    assert complaints() == []


def test_in_the_database_all_is_done_when_the_account_goes(anna, parent, child):
    """Or else who is killed before the rest is done would leave traces that nobody looks for."""
    live(child, anna)
    leave_notes(anna, beside=parent)
    before, user_id = picture(), anna.pk

    with transaction.atomic():
        anna.delete()

        assert Departure.objects.get().user_id == user_id  # what is left to do, should somebody be killed now
        Departure.objects.all().delete()
        assert picture() == without_account(anna, before)


def test_if_the_account_stays_after_all_everything_stays(anna, parent, child):
    live(child, anna)
    leave_notes(anna, beside=parent)
    before, files = picture(), logs()

    with pytest.raises(RuntimeError), transaction.atomic():
        anna.delete()
        raise RuntimeError

    assert (picture(), logs()) == (before, files)


def test_what_comes_in_while_the_account_goes_is_cleared(anna, parent, complaints):
    """By the time its removal is committed, somebody has logged in once more, or tried to, and an event was not recorded."""
    user_id = anna.pk

    def come_in():
        log_in(user_id)
        fail_to_log_in("Anna")
        wait_unrecorded(user_id, error="anna is gone")

    with transaction.atomic():
        transaction.on_commit(come_in)
        anna.delete()

    assert not Session.objects.exists()
    assert not AccessAttempt.objects.exists()
    waiting = UnrecordedEvent.objects.get()
    assert (waiting.event["user_id"], waiting.error) == (None, "(forgotten) is gone")
    assert complaints() == []


def test_where_the_logs_cannot_be_read_that_is_logged(anna, parent, settings, caplog):
    settings.LOG_DIR.write_text("no folder")

    anna.delete()

    (record,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert record.exc_info[0] is FileExistsError
    assert not User.objects.filter(pk=anna.pk).exists()
