"""`anonymize_user`: what a user did stays as it was, but that it names nobody; with `--delete` the account goes too."""

import io
import json
import re
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from axes.models import AccessAttempt
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from children.models import AuthToken, IdempotencyKey, User
from children.services.activations import activate
from children.tests.factories import PASSWORD, make_admin, make_user
from rewards.models import RewardRequest
from tracking import audit_log
from tracking.models import TrackingEvent, UnrecordedEvent
from tracking.services import anonymizing, forgetting, overwriting
from tracking.services.forgetting import forget
from tracking.stream.channels import child_channel, events_on, family_channel
from tracking.tests.factories import make_verification
from tracking.tests.installation import PATIENCE, installed
from tracking.tests.rebuilding import alone
from tracking.tests.tracing import (
    anonymize,
    fail_to_log_in,
    leave_notes,
    live,
    log_in,
    logs,
    logs_without,
    note_in_admin_log,
    picture,
    wait_unrecorded,
    without,
    without_account,
)
from tracking.traces.identity import Identity
from tracking.verification.verify import Tally, verify

MAKE_SOMEBODY = """
from children.models import User
print(User.objects.create(username="somebody").pk)
"""
pytestmark = pytest.mark.django_db(transaction=True)

ACTS = 100  # of each parent
CONSEQUENCE = "that cannot be taken back"


@pytest.fixture
def anna(family):
    return make_user("anna", family=family, email="anna@example.org")


@pytest.fixture
def story(anna, parent, child, child_user):
    """Anna did half of it."""
    live(child, anna, parent, child_user)
    leave_notes(anna, beside=parent)


def asked(monkeypatch, answer, *arguments):
    """Run the command and give it that line to read, or none."""
    monkeypatch.setattr("sys.stdin", io.StringIO(answer))
    return anonymize(*arguments)


def column(response, name):
    cells = re.findall(rf'<t[dh] class="field-{name}(?: nowrap)?">(.*?)</t[dh]>', response.text)
    return [re.sub("<.*?>", "", cell) for cell in cells]


# What it changes


def test_a_family_of_which_one_did_half_differs_in_who_did_it_only(family, anna, parent, child, task, api, site):
    for by in (anna, parent) * ACTS:
        activate(entity=task, child=child, by=by)
    live(child, anna, parent)
    before, files = picture(), logs()
    channels = [family_channel(family.pk), child_channel(child.pk)]
    events = [list(events_on(channel).values_list("pk", flat=True)) for channel in channels]

    done = anonymize("anna", "--no-input")

    assert done.status == 0
    assert re.search(r"\d+ events, \d+ activations, \d+ requests, \d+ lines of the log forgot user \d+\.", done.out)
    assert done.out.rstrip().endswith("no trace.")
    assert picture() == without(anna, before)
    assert logs() == logs_without(anna, files)
    assert User.objects.filter(pk=anna.pk).exists()
    assert list(verify(Tally())) == []
    assert [list(events_on(channel).values_list("pk", flat=True)) for channel in channels] == events
    assert api(parent).get("/api/v1/tracking/events/").json()["count"] == len(events[0])
    listed = column(site.get("/admin/tracking/trackingevent/"), "who")
    assert {*listed} == {"anonymised parent", "parent"}
    page = site.get(reverse("admin:tracking_trackingevent_change", args=[events[0][0]]))
    assert "anonymised parent" in page.text


def test_all_that_names_it_besides_forgets_it_too(story, anna):
    before, files = picture(), logs()

    assert anonymize(anna.pk, "--no-input").status == 0

    assert picture() == without(anna, before)
    assert logs() == logs_without(anna, files)


def test_it_goes_chunk_by_chunk(story, anna, monkeypatch):
    monkeypatch.setattr(forgetting, "CHUNK", 3)
    before, files = picture(), logs()

    assert anonymize(anna.pk, "--no-input").status == 0

    assert picture() == without(anna, before)
    assert logs() == logs_without(anna, files)


def test_an_event_that_waits_forgets_its_user_no_later_than_the_act(anna, child, task):
    activation = activate(entity=task, child=child, by=anna)
    seen = []

    def note(count):
        activation.refresh_from_db()
        waiting = UnrecordedEvent.objects.filter(event__user_id=anna.pk)
        seen.append((activation.by, waiting.exists()))
        if activation.by:
            wait_unrecorded(anna.pk, sequence=len(seen))

    forget(Identity.of(anna), progress=note)

    assert (anna, False) in seen
    assert (None, True) not in seen


def test_a_second_run_changes_nothing_and_says_so(story, anna):
    anonymize(anna.pk, "--no-input")
    before, files = picture(), logs()

    done = anonymize(anna.pk, "--no-input")

    assert done.status == 0
    assert f"Nothing names user {anna.pk} any more.\nNothing was changed.\n" in done.out
    assert done.out.rstrip().endswith("no trace.")
    assert (picture(), logs()) == (before, files)


def test_it_goes_on_acting_as_itself(anna, parent, child, task):
    activate(entity=task, child=child, by=anna)
    anonymize(anna.pk, "--no-input")

    activate(entity=task, child=child, by=anna)

    assert list(TrackingEvent.objects.order_by("sequence").values_list("user", flat=True)) == [None, anna.pk]
    assert audit_log.log_of(anna.pk).read_text().count("\n") == 1


def test_it_tells_how_much_forgot(story, anna):
    done = anonymize(anna.pk, "--no-input", "--format", "json")

    assert json.loads(done.out)["forgotten"] == {
        "events": 11,
        "activations": 3,
        "requests": 4,
        "idempotency keys": 1,
        "unrecorded events": 1,
        "notes": 3,
        "lines of the log": 12,
    }


def test_a_trace_that_is_left_is_named(story, anna, settings):
    (settings.LOG_DIR / "notes.txt").write_text("anna\n")

    done = anonymize(anna.pk, "--no-input")

    assert done.status == 1
    assert "traces in logs/notes.txt (1)." in done.out
    assert "Traces were found." in done.err


# Who it is


@pytest.mark.parametrize("name", ["anna", "ANNA", "Anna"])
def test_a_user_is_known_by_its_name_in_any_case(name, story, anna, parent):
    assert anonymize(name, "--no-input").status == 0

    assert not TrackingEvent.objects.filter(user=anna).exists()
    assert TrackingEvent.objects.filter(user=parent).exists()


def test_digits_are_an_id_whoever_is_called_so(story, anna):
    """Or else who takes the number of one that is gone for a name would be deleted in its place."""
    called_so = make_user(str(anna.pk))
    gone = make_user("990099")

    assert anonymize(anna.pk, "--no-input", "--delete").status == 0
    done = anonymize("990099", "--no-input", "--delete")

    assert done.status == 2
    assert f"the one of that name has the id {gone.pk}" in done.err
    assert {*User.objects.filter(pk__in=[anna.pk, called_so.pk, gone.pk])} == {called_so, gone}


def test_what_is_no_text_is_nobody(db):
    assert anonymize("\udcff").status == 2


@pytest.mark.parametrize(
    "name", ["nobody", "", "anna@example.org", "-", "7.0", "\u0667", str(2**63), "9" * 5000, "1" + "0" * 19]
)
def test_an_unknown_user_is_refused(name, story):
    before = picture()

    done = anonymize("--no-input", "--", name)

    assert done.status == 2
    assert f"There is no user '{name}'." in done.err
    assert picture() == before


@pytest.mark.parametrize("user_id", [0, 10**9, 2**63 - 1])
def test_for_an_id_of_nobody_nothing_is_changed(user_id, story):
    before, files = picture(), logs()

    done = anonymize(user_id, "--no-input")

    assert done.status == 0
    assert "Nothing was changed." in done.out
    assert (picture(), logs()) == (before, files)


# Looking only


@pytest.mark.parametrize("more", [[], ["--delete"]])
def test_a_dry_run_says_how_much_and_changes_nothing(more, story, anna):
    before, files = picture(), logs()

    done = anonymize(anna.pk, "--dry-run", *more)

    assert done.status == 0
    assert "11 events, 1 unrecorded events, 3 activations, 4 requests, 1 idempotency keys would forget user" in done.out
    assert "Dry run, nothing is changed." in done.out
    assert (picture(), logs()) == (before, files)


def test_a_dry_run_finds_what_one_that_is_gone_has_left(story, anna):
    log_in(10**9)
    before, files = picture(), logs()

    done = anonymize(10**9, "--dry-run")

    assert done.status == 0
    assert "traces in django_session.session_data (1)." in done.out
    assert (picture(), logs()) == (before, files)


def test_a_dry_run_makes_no_folder(anna, settings):
    anonymize(anna.pk, "--dry-run")
    anonymize(10**9, "--dry-run")

    assert not settings.LOG_DIR.exists()


# The question


def test_it_asks_before_and_says_what_follows(story, anna, monkeypatch):
    done = asked(monkeypatch, "yes\n", anna.pk)

    assert done.status == 0
    assert f"User {anna.pk}, anna." in done.err
    assert "11 events, 1 unrecorded events, 3 activations, 4 requests, 1 idempotency keys will name nobody" in done.err
    assert "The account is deleted" not in done.err
    assert not TrackingEvent.objects.filter(user=anna).exists()


@pytest.mark.parametrize(
    ("answer", "status", "said"),
    [
        ("no\n", 130, "Nothing was changed."),
        ("y\n", 130, "Nothing was changed."),
        ("\n", 130, "Nothing was changed."),
        ("", 2, "Nobody answers; --no-input does not ask."),
    ],
)
def test_without_a_yes_nothing_is_changed(answer, status, said, story, anna, monkeypatch):
    before, files = picture(), logs()

    done = asked(monkeypatch, answer, anna.pk, "--delete")

    assert done.status == status
    assert said in done.err
    assert (picture(), logs()) == (before, files)


def test_it_says_that_the_account_goes(anna, parent, monkeypatch):
    done = asked(monkeypatch, "no\n", anna.pk, "--delete")

    assert "The account is deleted, with its sessions and tokens." in done.err
    assert "No parent is left then" not in done.err
    assert "No superuser is left then" not in done.err


def test_it_says_that_the_family_goes_along(anna, child, child_user, monkeypatch):
    assert "No parent is left then: the family goes along." in asked(monkeypatch, "no\n", anna.pk, "--delete").err
    assert "No parent is left then" not in asked(monkeypatch, "no\n", anna.pk).err
    assert "No parent is left then" not in asked(monkeypatch, "no\n", child_user.pk, "--delete").err


def test_it_says_that_no_superuser_is_left(admin, monkeypatch):
    assert "No superuser is left then" in asked(monkeypatch, "no\n", admin.pk, "--delete").err

    make_admin("other-admin")
    assert "No superuser is left then" not in asked(monkeypatch, "no\n", admin.pk, "--delete").err


def test_json_is_all_that_is_on_stdout_also_where_it_asks(story, anna, monkeypatch):
    done = asked(monkeypatch, "yes\n", anna.pk, "--format", "json")

    told = json.loads(done.out)
    assert (told["user_id"], told["deleted"], told["dry_run"]) == (anna.pk, False, False)
    assert [proof["traces"] for proof in told["proofs"]] == [{}]
    assert CONSEQUENCE in done.err


# Deleting


def test_the_account_goes_with_all_that_belongs_to_it(story, anna, parent, site):
    browser = Client()
    browser.post(reverse("rest_framework:login"), {"username": "anna", "password": PASSWORD})
    assert browser.get("/api/v1/me/").status_code == 200
    before, files = picture(), logs()

    done = anonymize(anna.pk, "--delete", "--no-input")

    assert done.status == 0
    assert "The account is deleted.\n" in done.out
    assert done.out.rstrip().endswith("no trace.")
    assert picture() == without_account(anna, before)
    assert logs() == logs_without(anna, files)
    assert browser.get("/api/v1/me/").status_code == 401


def test_those_of_others_stay(story, anna, parent):
    anonymize(anna.pk, "--delete", "--no-input")

    assert AuthToken.objects.get().user == parent
    assert AccessAttempt.objects.get().username == "parent"
    assert {entry.user for entry in LogEntry.objects.all()} == {parent}
    assert {key.user for key in IdempotencyKey.objects.all()} == {parent}
    (session,) = Session.objects.all()
    assert session.get_decoded()["_auth_user_id"] == str(parent.pk)


@pytest.mark.parametrize("typed", ["anna@example.org", "ANNA@Example.org", "it is anna", " Anna "])
def test_failed_logins_are_forgotten_whatever_was_typed_beside_the_name(typed, anna, parent):
    for username in (typed, "anna-lena", f"user_{anna.pk}"):
        AccessAttempt.objects.create(username=username, ip_address="192.0.2.1", failures_since_start=1)

    assert anonymize(anna.pk, "--delete", "--no-input").status == 0

    assert {each.username for each in AccessAttempt.objects.all()} == {"anna-lena", f"user_{anna.pk}"}


@pytest.mark.parametrize("typed", ["Änna", "änna", "ÄNNA"])
def test_a_name_of_other_letters_is_forgotten_in_each_case(typed, parent, family):
    user = make_user("Änna", family=family)
    AccessAttempt.objects.create(username=typed, ip_address="192.0.2.1", failures_since_start=1)
    wait_unrecorded(None, error=f"It was {typed}.")

    assert anonymize(user.pk, "--delete", "--no-input").status == 0

    assert not AccessAttempt.objects.exists()
    assert UnrecordedEvent.objects.get().error == "It was (forgotten)."


@contextmanager
def reading():
    """Somebody else reads from the database all the while."""
    with closing(sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)) as other:
        other.execute("BEGIN")
        other.execute("SELECT 1 FROM children_user").fetchone()
        yield


@pytest.mark.once
def test_no_byte_of_the_name_is_left_in_the_files_of_sqlite(parent):
    """Others have the database open: its log of changes is not removed with the connection."""
    user = make_user("unmistakable")
    fail_to_log_in(user.username)
    note_in_admin_log(parent, user)
    database = Path(connection.settings_dict["NAME"])

    def is_there():
        return any(b"unmistakable" in file.read_bytes() for file in database.parent.glob(f"{database.name}*"))

    assert is_there()
    anonymize(user.pk, "--delete", "--no-input")
    assert not is_there()


@pytest.mark.once
def test_nobody_waits_for_who_reads_while_the_bytes_are_overwritten(parent, monkeypatch):
    """And it is told if it could not be done: it takes a moment in which nobody reads."""
    user = make_user("unmistakable")
    monkeypatch.setattr(overwriting, "TRIES", 2)

    def act():
        User.objects.filter(pk=parent.pk).update(first_name="Annabella")

    with reading(), ThreadPoolExecutor(1) as pool:
        act()
        monkeypatch.setattr(overwriting, "sleep", lambda seconds: pool.submit(alone, act).result(5))
        done = anonymize(user.pk, "--delete", "--no-input")

    assert done.status == 0
    assert "write-ahead log still holds" in done.out
    with connection.cursor() as cursor:
        assert cursor.execute("PRAGMA busy_timeout").fetchone() == (20000,)


def test_who_is_left_without_a_superuser_is_told(db):
    admins = [make_admin(), make_admin("deputy")]

    told = [anonymize(each.pk, "--delete", "--no-input").err for each in admins]

    assert ["create_first_admin" in err for err in told] == [False, True]


def test_the_last_parent_takes_the_family_along_and_each_is_proved(anna, child, child_user, stranger):
    live(child, anna, child_user)
    leave_notes(child_user, beside=stranger)

    done = anonymize("anna", "--delete", "--no-input", "--format", "json")

    proofs = json.loads(done.out)["proofs"]
    assert done.status == 0
    assert {proof["user_id"]: proof["traces"] for proof in proofs} == {anna.pk: {}, child_user.pk: {}}
    assert list(User.objects.all()) == [stranger]
    assert not TrackingEvent.objects.exclude(user=None).exists()
    assert not RewardRequest.objects.exclude(by=None).exists()


@pytest.mark.parametrize("of", ["anna", "child_user"])
def test_a_trace_of_anybody_who_went_is_found(of, request, anna, child_user, settings):
    user = request.getfixturevalue(of)
    settings.LOG_DIR.mkdir()
    (settings.LOG_DIR / "notes.txt").write_text(f"{user.username}\n")

    done = anonymize("anna", "--delete", "--no-input", "--format", "json")

    traces = {proof["user_id"]: proof["traces"] for proof in json.loads(done.out)["proofs"]}
    assert done.status == 1
    assert traces == {anna.pk: {}, child_user.pk: {}} | {user.pk: {"logs/notes.txt": 1}}


@pytest.mark.parametrize("of", ["anna", "child_user"])
def test_where_the_log_of_anybody_who_went_cannot_be_written_nothing_is_proved(of, request, anna, child_user, settings):
    """A folder is in the way of the log."""
    user = request.getfixturevalue(of)
    settings.LOG_DIR.mkdir()
    audit_log.log_of(user.pk).mkdir()

    done = anonymize("anna", "--delete", "--no-input")

    assert done.status == 3
    assert ("The logs: " if user == anna else "looking for what may name it failed") in done.err
    assert User.objects.filter(pk=user.pk).exists() == (user == anna)


def test_one_that_somebody_else_deletes_meanwhile_is_cleared_all_the_same(story, anna, monkeypatch):
    usual = anonymizing.delete_user

    def late(*, user, by):
        usual(user=user, by=by)
        log_in(user.pk)
        usual(user=user, by=by)

    monkeypatch.setattr(anonymizing, "delete_user", late)

    done = anonymize(anna.pk, "--delete", "--no-input")

    assert done.status == 0
    assert len(Session.objects.all()) == 1
    assert not User.objects.filter(pk=anna.pk).exists()


# One that is gone


def leave_traces(user_id, admin):
    log_in(user_id)
    note_in_admin_log(admin, User(pk=user_id, username="somebody"))
    waiting = wait_unrecorded(user_id, error=f"user {user_id} is gone")
    make_verification(f"child 2, sequence 1: user_id is {user_id}")
    line = audit_log.text_of(waiting.event)
    for name in (f"tracking_user_{user_id}.log", f"tracking_user_{user_id}.log.1", "unrecorded.log"):
        audit_log.log_of(None).with_name(name).write_bytes(line.replace(b"null", b"%d" % len(name), 1))


def test_the_traces_of_one_that_is_gone_are_cleared_by_its_id(story, anna, parent, admin):
    before, files = picture(), logs()
    leave_traces(10**9, admin)

    done = anonymize(10**9, "--no-input", "--format", "json")

    told = json.loads(done.out)
    assert done.status == 0
    assert told["forgotten"] == {
        "sessions": 1,
        "entries of the admin site's log": 1,
        "unrecorded events": 1,
        "notes": 2,
        "lines of the log": 3,
    }
    assert [proof["traces"] for proof in told["proofs"]] == [{}]
    assert before.items() <= picture().items()
    assert {name: text for name, text in logs().items() if name in files and name != "unrecorded.log"} == {
        name: text for name, text in files.items() if name != "unrecorded.log"
    }
    assert anonymize(10**9, "--no-input").out.startswith(f"Nothing names user {10**9} any more.\nNothing was changed.")


def test_it_does_not_ask_about_one_that_is_gone(monkeypatch):
    assert asked(monkeypatch, "", 10**9).status == 0


# As it is run


@pytest.mark.once
def test_it_is_run_as_any_command(tmp_path, settings):
    with installed(tmp_path / "data") as installation:
        installation.tell(MAKE_SOMEBODY)
        command = [sys.executable, "manage.py", "anonymize_user", "somebody", "--delete", "--format=json"]

        def answer(text):
            told = {"cwd": settings.BASE_DIR, "env": installation.environment, "capture_output": True, "text": True}
            return subprocess.run(command, input=text, timeout=PATIENCE, **told)

        refused, done = answer("no\n"), answer("yes\n")

    assert (refused.returncode, refused.stdout) == (130, "")
    assert (done.returncode, json.loads(done.stdout)["deleted"]) == (0, True)
    assert "Type 'yes' to go on: " in done.stderr


def test_a_log_that_cannot_be_read_is_told_in_a_sentence(anna, settings):
    settings.LOG_DIR.write_text("no folder")

    done = anonymize(anna.pk, "--no-input")

    assert done.status == 3
    assert done.err.startswith("The logs: ")


def test_there_is_no_other_way_to_write_it(anna):
    with pytest.raises(CommandError):
        call_command("anonymize_user", str(anna.pk), "--format", "xml")
