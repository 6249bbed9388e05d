"""`purge_tracking` removes the events that have been kept long enough, and only those."""

import io
import json
import sys
from datetime import timedelta
from time import perf_counter, sleep

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from children import clock
from children.locks import lock_family
from children.services.accounts import delete_user
from children.services.activations import activate
from children.services.children import remove_child
from tracking.models import Purge, PurgeDoor, TrackingEvent, UnrecordedEvent
from tracking.services import purging
from tracking.services.turns import turn
from tracking.tests.aging import DAYS, change_by_hand, live, noon, purge, retention_until, sequences
from tracking.tests.factories import build_event
from tracking.tests.racing import holding, queue, race
from tracking.tests.test_recording import the_table_renamed
from tracking.verification.verify import Tally, verify

MICROSECOND = timedelta(microseconds=1)


@pytest.fixture
def life(child, sibling, task, penalty, parent):
    return live(child, sibling, task, penalty, parent)


def is_clean():
    return list(verify(Tally())) == []


def keep(event):
    """Have it wait, too."""
    plain = {**event.to_dict(), "id": None}
    return UnrecordedEvent.objects.create(
        child_id=event.child_id, sequence=event.sequence, event=plain, error="", created_at=event.created_at
    )


def test_what_is_older_goes_and_the_rest_stays(life, child, sibling, capsys):
    assert purge(noon(5)) == 0

    assert sequences(child) == [*range(5, 14)]
    assert sequences(sibling) == [1]
    assert not PurgeDoor.objects.exists()
    assert capsys.readouterr().out == "Removed 4 events of 1 children, and 0 lines of logs.\n"


def test_what_occurred_at_the_cutoff_stays_and_a_microsecond_before_it_goes(life, child):
    purge(noon(5))
    assert sequences(child)[0] == 5

    purge(noon(5) + MICROSECOND)

    assert sequences(child)[0] == 6


def test_what_the_removed_ones_came_to_is_kept(life, child, family):
    last = TrackingEvent.objects.get(child_id=child.pk, sequence=4)

    purge(noon(3))
    purge(noon(5))

    kept = Purge.objects.get()
    assert (kept.child_id, kept.family_id, kept.events) == (child.pk, family.pk, 4)
    assert (kept.sequence, kept.points_after, kept.occurred_at) == (4, last.points_after, last.occurred_at)


def test_where_nothing_is_so_old_nothing_goes(life, child, capsys):
    assert purge(noon(1)) == 0

    assert sequences(child) == [*DAYS]
    assert not Purge.objects.exists()
    assert "Removed 0 events of 0 children" in capsys.readouterr().out


def test_in_an_empty_house_it_is_done_at_once(db):
    assert purge(noon(1)) == 0


def test_again_it_changes_nothing(life, child, capsys):
    purge(noon(5))
    before = Purge.objects.values().get()
    capsys.readouterr()

    assert purge(noon(5)) == 0

    assert Purge.objects.values().get() == before
    assert "Removed 0 events of 0 children" in capsys.readouterr().out


def test_all_of_it_goes_too(life, child, sibling, capsys):
    assert purge(noon(99)) == 0

    assert not TrackingEvent.objects.exists()
    assert is_clean()
    assert "Removed 14 events of 2 children" in capsys.readouterr().out


def test_a_dry_run_tells_and_removes_nothing(life, child, capsys):
    assert purge(noon(5), "--dry-run") == 0

    assert sequences(child) == [*DAYS]
    assert not Purge.objects.exists()
    assert capsys.readouterr().out == "Dry run, nothing is changed: 4 events of 1 children would be removed.\n"


def test_a_dry_run_of_all_of_it(life, capsys):
    purge(noon(99), "--dry-run")

    assert "14 events of 2 children would" in capsys.readouterr().out


def test_without_a_limit_events_are_kept_for_ever(life, child, settings):
    assert settings.RETENTION_DAYS is None

    with pytest.raises(CommandError, match="CHORE_RETENTION_DAYS is not set") as error:
        call_command("purge_tracking")

    assert error.value.returncode == 2
    assert sequences(child) == [*DAYS]


def test_it_goes_chunk_by_chunk(life, child, monkeypatch):
    monkeypatch.setattr(purging, "CHUNK", 3)

    removed = list(purging.purge_child(child.pk, noon(9)))

    assert removed == [3, 3, 2]
    assert (Purge.objects.get().sequence, Purge.objects.get().events) == (8, 8)
    assert sequences(child) == [*range(9, 14)]
    assert is_clean()


def test_a_door_that_somebody_left_open_is_shut(life, child):
    PurgeDoor.objects.create(pk=PurgeDoor.ONLY, cutoff=noon(99))

    assert purge(noon(5)) == 0

    assert sequences(child)[0] == 5
    assert not PurgeDoor.objects.exists()


def test_of_a_removed_child_and_family_too(life, child, sibling, parent):
    remove_child(child=child, by=parent)
    delete_user(user=parent, by=parent)

    assert purge(clock.now() + timedelta(days=1)) == 0

    assert not TrackingEvent.objects.exists()
    assert is_clean()


def test_it_ends_at_the_first_that_is_not_older_whatever_comes_after(life, child):
    """The rest of the chain could not be proved any more. Somebody must have moved them: `verify_tracking` says so."""
    change_by_hand("UPDATE tracking_trackingevent SET occurred_at = %s WHERE sequence = 3", noon(50))

    assert purge(noon(9), "--dry-run") == purge(noon(9)) == 0

    assert sequences(child) == [*range(3, 14)]
    assert Purge.objects.get().events == 2


def test_a_dry_run_ends_there_too(life, child, capsys):
    change_by_hand("UPDATE tracking_trackingevent SET occurred_at = %s WHERE sequence = 3", noon(50))

    purge(noon(9), "--dry-run")

    assert "2 events of 1 children" in capsys.readouterr().out


def test_what_is_missing_is_not_taken_for_removed(life, child):
    change_by_hand("DELETE FROM tracking_trackingevent WHERE sequence IN (2, 3)")

    purge(noon(5))

    assert (Purge.objects.get().sequence, Purge.objects.get().events) == (4, 2)


# Children that are left


@pytest.mark.parametrize("arguments", [[], ["--dry-run"]], ids=["done", "dry run"])
def test_a_child_whose_old_events_wait_is_left_whole_and_named(life, child, sibling, capsys, arguments):
    keep(TrackingEvent.objects.get(child_id=child.pk, sequence=4))
    change_by_hand("DELETE FROM tracking_trackingevent WHERE child_id = %s AND sequence = 4", child.pk)

    assert purge(noon(99), *arguments) == 1

    assert sequences(child) == [day for day in DAYS if day != 4]
    told = capsys.readouterr().out.splitlines()
    assert told[0] == f"child {child.pk}: events wait, run replay_tracking first"
    assert "1 events of 1 children" in told[1]
    call_command("replay_tracking")
    assert purge(noon(99)) == 0
    assert not TrackingEvent.objects.exists()
    assert is_clean()


def test_what_waits_and_is_not_so_old_does_not_hold_up_the_rest(life, child):
    keep(TrackingEvent.objects.get(child_id=child.pk, sequence=5))

    assert purge(noon(5)) == 0
    assert sequences(child)[0] == 5


@pytest.mark.parametrize(("day", "left"), [(3, 1), (6, 0)])
def test_an_event_that_no_table_took_holds_its_child_up_until_it_is_replayed(life, child, settings, capsys, day, left):
    event = TrackingEvent.objects.get(child_id=child.pk, sequence=day)
    line = json.dumps({**event.to_dict(), "id": None}) + "\n"
    change_by_hand(f"DELETE FROM tracking_trackingevent WHERE id = {event.pk}")
    settings.LOG_DIR.mkdir(exist_ok=True)
    log = settings.LOG_DIR / "unrecorded.log"
    log.write_text(f"half a li\n{line}")

    assert purge(noon(5)) == left
    assert ("unrecorded.log, run replay_tracking --from" in capsys.readouterr().out) == bool(left)
    assert log.read_text().endswith(line)  # the one copy of it

    call_command("replay_tracking", f"--from={log}")
    assert purge(noon(5)) == 0
    assert is_clean()


def test_nobody_knows_how_old_it_is_what_waits_and_cannot_be_read(life, child):
    UnrecordedEvent.objects.create(child_id=child.pk, sequence=13, event={}, error="", created_at=clock.now())

    assert purge(noon(5)) == 1
    assert sequences(child) == [*DAYS]


def test_events_of_no_child_are_left_and_named(life, family, capsys):
    build_event(family_id=family.pk, child_id=999_999, occurred_at=noon(1)).save()

    assert purge(noon(5)) == 1

    assert TrackingEvent.objects.filter(child_id=999_999).exists()
    assert "child 999999: there is no such child" in capsys.readouterr().out


# What cannot be done


@pytest.mark.django_db(transaction=True)
def test_without_the_table_it_is_told(life, child):
    with the_table_renamed():
        assert purge(noon(5)) == 3

    assert sequences(child) == [*DAYS]


@pytest.mark.once
def test_logs_that_cannot_be_read_are_told(life, child, settings):
    settings.LOG_DIR.touch()

    assert purge(noon(5)) == 3
    assert sequences(child) == [*DAYS]


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(("stderr", "told"), [(Terminal(), "2/2"), (io.StringIO(), "")], ids=["terminal", "pipe"])
def test_a_terminal_sees_how_far_it_is(life, monkeypatch, stderr, told):
    monkeypatch.setattr(sys, "stderr", stderr)

    purge(noon(99))

    assert told in stderr.getvalue() if told else stderr.getvalue() == ""


# The logs


@pytest.mark.django_db(transaction=True)
def test_their_lines_go_from_the_logs_too(life, child, parent, settings, capsys):
    log = settings.LOG_DIR / f"tracking_user_{parent.pk}.log"
    old = [line for line in map(json.loads, log.read_text().splitlines()) if line["occurred_at"] < noon(5).isoformat()]
    assert len(old) == 3

    purge(noon(5), "--dry-run")
    assert len(log.read_text().splitlines()) == 11
    purge(noon(5))

    assert (
        min(json.loads(line)["occurred_at"] for line in log.read_text().splitlines()) == "2026-03-06T12:00:00.000000Z"
    )
    assert "Removed 4 events of 1 children, and 4 lines of logs." in capsys.readouterr().out


# At once


@pytest.mark.django_db(transaction=True)
def test_two_at_once_remove_each_event_once(life, child, monkeypatch):
    monkeypatch.setattr(purging, "CHUNK", 1)
    cutoff = noon(9)

    removed = race(*[lambda: sum(purging.purge_child(child.pk, cutoff))] * 2)

    assert sum(removed) == Purge.objects.get().events == 8
    assert is_clean()


@pytest.mark.django_db(transaction=True)
def test_acts_go_on_meanwhile(life, child, task, parent, monkeypatch):
    monkeypatch.setattr(purging, "CHUNK", 1)

    race(
        lambda: list(purging.purge_child(child.pk, noon(99))),
        lambda: [activate(entity=task, child=child, by=parent) for _ in range(20)],
    )

    assert sequences(child) == [*range(14, 34)]
    assert is_clean()


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgresql
def test_it_waits_for_the_family(life, child, task, family, parent):
    def act():
        lock_family(family.pk)
        return activate(entity=task, child=child, by=parent)

    _, status = queue(act, lambda: purge(noon(99)))

    assert status == 0
    assert sequences(child) == [14]


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgresql
def test_another_family_does_not_wait(life, child, strangers_task, strangers_child, stranger):
    with holding(lambda: purging._remove_chunk(child, noon(5))), connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '1s'")
        try:
            activate(entity=strangers_task, child=strangers_child, by=stranger)
        finally:
            cursor.execute("RESET lock_timeout")


@pytest.mark.django_db(transaction=True)
def test_what_fails_in_the_middle_of_a_chunk_takes_it_back(life, child, monkeypatch):
    monkeypatch.setattr(purging, "_note", lambda *_, **__: 1 / 0)

    with pytest.raises(ZeroDivisionError), retention_until(noon(5)):
        call_command("purge_tracking")

    assert sequences(child) == [*DAYS]
    assert not PurgeDoor.objects.exists()


def test_after_each_chunk_the_others_have_a_turn_as_long(db):
    """On SQLite who waits to write asks again after a while only: without a pause it would wait till the end."""
    began = perf_counter()

    with turn():
        sleep(0.02)

    assert perf_counter() - began >= 0.04


# What is read afterwards


def test_the_ids_of_removed_events_are_not_given_again(life, child, task, parent):
    newest = TrackingEvent.objects.order_by("-id")[0].pk
    purge(noon(99))

    activate(entity=task, child=child, by=parent)

    assert TrackingEvent.objects.get().pk > newest


def test_the_api_lists_what_is_left(life, child, api, parent):
    first_page = api(parent).get("/api/v1/tracking/events/?limit=5").json()
    gone = TrackingEvent.objects.get(child_id=child.pk, sequence=1)
    purge(noon(8))

    page = api(parent).get(first_page["next"]).json()

    assert page["count"] == 7
    assert [event["sequence"] for event in page["results"]] == [9, 8]
    assert api(parent).get(f"/api/v1/tracking/events/{gone.pk}/").status_code == 404


def test_pages_as_of_what_is_gone_are_empty(life, api, parent):
    newest = TrackingEvent.objects.order_by("-id")[0].pk
    purge(noon(99))

    assert api(parent).get(f"/api/v1/tracking/events/?as_of={newest}").json()["results"] == []


def test_the_admin_site_shows_what_is_left(life, child, site):
    purge(noon(8))
    first = TrackingEvent.objects.get(child_id=child.pk, sequence=8)

    assert site.get("/admin/tracking/trackingevent/").context["cl"].result_count == 7
    assert site.get(f"/admin/tracking/trackingevent/{first.pk}/change/").status_code == 200
