"""What happens between two steps of forgetting: somebody is killed, late, or faster."""

import threading
from contextlib import suppress

import pytest
from axes.models import AccessAttempt
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from children.models import User
from children.services import admin_log
from children.services.accounts import delete_user
from children.services.activations import activate
from children.tests.factories import make_admin, make_user
from tracking import audit_log, unrecorded_log
from tracking.models import Departure, TrackingEvent
from tracking.services import forgetting, leaving, recording
from tracking.tests.racing import race
from tracking.tests.rebuilding import ids, kept, rebuild
from tracking.tests.test_recording import a_trigger_that_raises, nowhere_to_keep
from tracking.tests.tracing import anonymize, note_in_admin_log
from tracking.traces.identity import Identity
from tracking.traces.proof import prove

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def anna(family, parent):
    return make_user("anna", family=family, email="anna@example.org")


def test_a_rebuild_between_the_trail_and_the_log_loses_no_line(anna, child, task):
    for _ in range(3):
        activate(entity=task, child=child, by=anna)
    assert sum(count for _, count in forgetting._chunks(anna.pk)) == 6

    assert rebuild("--user", str(anna.pk)) == 0
    assert anonymize(anna.pk, "--no-input").status == 0

    assert ids(kept(audit_log.log_named(audit_log.ANONYMIZED))) == [*TrackingEvent.objects.values_list("pk", flat=True)]


def test_an_event_of_somebody_forgotten_is_replayed_from_an_old_copy(anna, child, task, tmp_path):
    with a_trigger_that_raises(), nowhere_to_keep():
        activate(entity=task, child=child, by=anna)
    copy = tmp_path / "server.log"
    copy.write_bytes(unrecorded_log.path().read_bytes())
    assert anonymize(anna.pk, "--no-input").status == 0

    call_command("replay_tracking", f"--from={copy}")

    event = TrackingEvent.objects.get()
    assert (event.user_id, event.actor_role) == (None, "parent")
    call_command("verify_tracking")


def test_a_line_of_last_resort_that_is_late_names_nobody(anna, child, task, monkeypatch):
    late = []
    with monkeypatch.context() as slow, a_trigger_that_raises(), nowhere_to_keep():
        slow.setattr(recording, "_log", late.append)
        activate(entity=task, child=child, by=anna)
    identity = Identity.of(anna)
    anna.delete()

    recording._log(*late)

    assert '"user_id": null' in unrecorded_log.path().read_text()
    assert prove(identity, account=True).traces == {}


def test_who_is_killed_before_the_proof_is_proved_by_housekeeping(anna, monkeypatch, caplog):
    user_id = anna.pk
    with monkeypatch.context() as killed:
        killed.setattr(leaving, "prove", lambda *arguments, **options: 1 / 0)
        anna.delete()
    assert Departure.objects.get().user_id == user_id
    audit_log.log_named("planted").write_text(f"user {user_id}\n")
    caplog.clear()

    call_command("housekeeping")

    assert "logs/tracking_planted.log (1)" in caplog.text
    assert not Departure.objects.exists()


def test_an_id_that_is_given_again_is_somebody_elses(anna, child, task):
    """SQLite can do that once a table was made anew."""
    Departure.objects.create(user_id=anna.pk)
    activate(entity=task, child=child, by=anna)

    call_command("housekeeping")
    assert audit_log.users_with_log() == {anna.pk}

    Departure.objects.create(user_id=anna.pk)
    anna.delete()
    assert not User.objects.filter(username="anna").exists()


def test_two_admins_who_did_something_to_each_other_are_deleted_at_once(monkeypatch):
    one, other = make_admin("one"), make_admin("other")
    note_in_admin_log(one, other)
    note_in_admin_log(other, one)
    both, forget = threading.Barrier(2), admin_log.forget_user

    def wait(user):
        count = forget(user)
        if connection.vendor == "postgresql" and connection.in_atomic_block:  # SQLite lets nobody in
            with suppress(threading.BrokenBarrierError):
                both.wait(0.2)
        return count

    monkeypatch.setattr(admin_log, "forget_user", wait)

    race(lambda: delete_user(user=one, by=None), lambda: delete_user(user=other, by=None))

    assert not User.objects.exists()


def test_who_guessed_on_the_way_to_a_page_of_the_user_leaves_no_trace(anna, admin):
    for page in (f"/admin/children/user/{anna.pk}/change/", "/admin/children/user/?q=anna"):
        login = Client().get(page).headers["Location"]
        Client().post(login, {"username": "admin", "password": "wrong"})
    assert "anna" in AccessAttempt.objects.get().get_data

    assert anonymize(anna.pk, "--no-input", "--delete").status == 0

    attempt = AccessAttempt.objects.get()
    assert "anna" not in attempt.get_data
    assert attempt.username == "admin"


def test_a_user_named_by_two_digits_is_not_the_minute_of_others(parent, child, task):
    activate(entity=task, child=child, by=parent)
    moment = TrackingEvent.objects.get().occurred_at
    names = [f"{moment:%M}", f"{moment:%Y-%m-%dT%H}", f"{moment:%H}"]

    assert [prove(Identity(990099, (name,)), account=False).traces for name in names] == [{}] * 3


def test_before_an_account_goes_its_id_is_told(anna):
    """Who is killed then has no other name for it."""
    user_id = anna.pk

    assert f"User {user_id} is to be deleted" in anonymize("anna", "--no-input", "--delete").err
    with pytest.raises(CommandError):
        call_command("anonymize_user", "anna", "--no-input")
    assert anonymize(user_id, "--no-input").status == 0
