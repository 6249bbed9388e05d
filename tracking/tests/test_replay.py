"""`replay_tracking` writes what could not be recorded with its act, once, as it occurred, and nothing that did not happen."""

import json
from datetime import datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from children import clock
from children.locks import lock_family
from children.models import Family, User
from children.services.accounts import delete_user
from children.services.activations import activate, cancel_activation
from children.services.children import remove_child
from children.tests.factories import earn, make_task
from rewards.services.requests import redeem_request, redeem_reward, refund_request, request_reward
from tracking.models import TrackingEvent, UnrecordedEvent
from tracking.tests.aging import purge
from tracking.tests.racing import holding, queue, race
from tracking.tests.test_recording import a_trigger_that_raises, nowhere_to_keep, the_table_renamed
from tracking.verification.verify import Tally, verify

pytestmark = pytest.mark.django_db(transaction=True)


def sequences(child):
    return list(TrackingEvent.objects.filter(child_id=child.pk).order_by("sequence").values_list("sequence", flat=True))


def replay(*arguments):
    """Return the exit status."""
    try:
        call_command("replay_tracking", *arguments)
    except CommandError as error:
        return error.returncode
    return 0


def is_clean():
    return list(verify(Tally())) == []


@pytest.fixture
def waiting(task, child, parent):
    """Events 2 and 3 of four wait."""
    activate(entity=task, child=child, by=parent)
    with a_trigger_that_raises():
        activation = activate(entity=task, child=child, by=parent)
        cancel_activation(activation=activation, by=parent)
    activate(entity=task, child=child, by=parent)
    return [row.event for row in UnrecordedEvent.objects.order_by("sequence")]


@pytest.fixture
def log(task, child, parent, settings):
    """Events 2 and 3 of four are in the log only."""
    activate(entity=task, child=child, by=parent)
    with a_trigger_that_raises(), nowhere_to_keep():
        activation = activate(entity=task, child=child, by=parent)
        cancel_activation(activation=activation, by=parent)
    activate(entity=task, child=child, by=parent)
    return settings.LOG_DIR / "unrecorded.log"


def test_what_waits_is_written_as_it_occurred(waiting, child, capsys):
    assert replay() == 0

    recorded = [TrackingEvent.objects.get(child_id=child.pk, sequence=number).to_dict() for number in (2, 3)]
    for plain, was in zip(recorded, waiting, strict=True):
        assert {**plain, "id": None, "created_at": None} == {**was, "created_at": None}
        assert plain["created_at"] > was["created_at"]
    assert sequences(child) == [1, 2, 3, 4]
    assert not UnrecordedEvent.objects.exists()
    assert is_clean()
    assert "2 recorded, 0 there already, 0 left." in capsys.readouterr().out


def test_again_it_changes_nothing(waiting, child, capsys):
    replay()
    before = [event.to_dict() for event in TrackingEvent.objects.order_by("id")]

    assert replay() == 0

    assert [event.to_dict() for event in TrackingEvent.objects.order_by("id")] == before
    assert "0 recorded, 0 there already, 0 left." in capsys.readouterr().out


def test_a_dry_run_tells_and_takes_it_back(waiting, child, capsys):
    assert replay("--dry-run") == 1

    assert sequences(child) == [1, 4]
    assert list(UnrecordedEvent.objects.values_list("attempts", flat=True)) == [1, 1]
    assert "Dry run, nothing is changed: 2 recorded, 0 there already, 0 left." in capsys.readouterr().out


def test_what_still_cannot_be_written_stays_with_its_attempts_and_error(waiting, child, capsys):
    with the_table_renamed():
        assert replay() == 1
    assert replay("--dry-run") == 1

    for row in UnrecordedEvent.objects.all():
        assert row.attempts == 2
        assert "tracking_trackingevent" in row.error
    assert f"child {child.pk}, sequence 2: " in capsys.readouterr().out
    assert replay() == 0
    assert is_clean()


def test_one_that_cannot_be_written_does_not_hold_up_the_others(waiting, child):
    first = UnrecordedEvent.objects.order_by("sequence")[0]
    first.event["delta"] = "many"
    first.save()

    assert replay() == 1

    assert sequences(child) == [1, 3, 4]
    left = UnrecordedEvent.objects.get()
    assert (left.sequence, left.attempts) == (2, 2)
    assert "delta" in left.error


def test_what_is_there_already_is_taken_off_the_list(waiting, child):
    rows = list(UnrecordedEvent.objects.all())
    replay()
    UnrecordedEvent.objects.bulk_create(rows)

    assert replay() == 0

    assert sequences(child) == [1, 2, 3, 4]
    assert not UnrecordedEvent.objects.exists()


def test_a_child_that_was_removed_meanwhile_keeps_its_trail(waiting, child, parent):
    remove_child(child=child, by=parent)

    assert replay() == 0

    assert sequences(child) == [1, 2, 3, 4]
    assert is_clean()


def test_a_user_that_was_forgotten_meanwhile_stays_forgotten(task, child, parent, other_parent):
    with a_trigger_that_raises():
        activate(entity=task, child=child, by=other_parent)
    delete_user(user=other_parent, by=parent)

    assert replay() == 0

    event = TrackingEvent.objects.get()
    assert (event.user_id, event.actor_role) == (None, "parent")


# From a log


def test_the_lines_of_the_log_are_written(log, child, capsys):
    assert replay() == 0
    assert sequences(child) == [1, 4]

    assert replay("--from", str(log)) == 0

    assert sequences(child) == [1, 2, 3, 4]
    assert is_clean()
    assert replay("--from", str(log)) == 0
    assert "0 recorded, 2 there already, 0 left." in capsys.readouterr().out


def test_a_log_with_other_lines_is_read_too(log, child, tmp_path):
    first, second = log.read_text().splitlines()
    journal = tmp_path / "journal"
    journal.write_bytes(
        b"2026-11-01 INFO django: {hello\n\xff\xfe\n\n"
        + f"Nov 24 chore[7]: 2026-11-01 08:00:00,000 CRITICAL tracking.unrecorded: {first}\n".encode()
        + f"  {second}\r\n".encode()
    )

    assert replay("--from", str(journal)) == 0

    assert sequences(child) == [1, 2, 3, 4]


def test_both_are_written_in_one_run(log, waiting, child):
    assert replay("--from", str(log)) == 0

    assert sequences(child) == list(range(1, 9))
    assert is_clean()


def test_a_dry_run_of_a_log(log, child):
    assert replay("--from", str(log), "--dry-run") == 1

    assert sequences(child) == [1, 4]


def test_what_waits_comes_before_what_a_file_says(waiting, child, tmp_path):
    """It is of the act's own transaction, and a file is not."""
    forged = tmp_path / "forged"
    forged.write_text(json.dumps({**waiting[0], "user_id": None}))
    replay("--from", str(forged))

    assert TrackingEvent.objects.get(child_id=child.pk, sequence=2).user_id == waiting[0]["user_id"]


def test_what_a_client_had_the_server_log_is_no_event(log, child, tmp_path):
    plain = log.read_text().splitlines()[0]
    journal = tmp_path / "journal"
    journal.write_text(
        f"2026-11-01 08:00:00,000 WARNING django.request: Not Found: /CRITICAL tracking.unrecorded: {plain}\n"
        f"2026-11-01 08:00:00,000 INFO uvicorn.access: 127.0.0.1 - GET /ERROR x: CRITICAL tracking.unrecorded: {plain}\n"
    )

    assert replay("--from", str(journal)) == 0

    assert sequences(child) == [1, 4]


def test_a_user_that_is_gone_is_not_named_again(task, child, parent, other_parent, settings):
    with a_trigger_that_raises(), nowhere_to_keep():
        activate(entity=task, child=child, by=other_parent)
    delete_user(user=other_parent, by=parent)

    assert replay("--from", str(settings.LOG_DIR / "unrecorded.log")) == 0

    event = TrackingEvent.objects.get()
    assert (event.user_id, event.actor_role) == (None, "parent")


def test_who_inherits_the_id_of_a_user_does_not_inherit_its_acts(task, child, parent, other_parent, settings):
    """SQLite hands a deleted id out again once Django has rebuilt the table."""
    with a_trigger_that_raises(), nowhere_to_keep():
        activate(entity=task, child=child, by=other_parent)
    heir = other_parent.pk
    delete_user(user=other_parent, by=parent)
    User.objects.create(pk=heir, username="heir")

    assert replay("--from", str(settings.LOG_DIR / "unrecorded.log")) == 0

    assert TrackingEvent.objects.get().user_id is None


@pytest.mark.parametrize(
    "change",
    [
        {"sequence": 5},
        {"sequence": 1},
        {"child_id": 999_999},
        {"family_id": 999_999},
        {"points_before": 11, "points_after": 21},
        {"occurred_at": "2001-01-01T00:00:00.000000Z"},
        {"occurred_at": "2199-01-01T00:00:00.000000Z"},
        {"points_after": 21},
        {"entity_type": "penalty"},
        {"entity_type": "reward", "action": "redeemed"},
        {"entity_id": 999_999},
        {"occurred_at": "+1us"},
        {"user_id": "another"},
        {"metadata": None},
        {"metadata": {}},
        {"metadata": {"activation_id": 999_999}},
        {"metadata": {"activation_id": "1"}},
        {"metadata": {"activation_id": 10**30}},
        {"metadata": "and more"},
        {"metadata": "and deep"},
        {"metadata": "and half a pair"},
        {"actor_role": "king"},
        {"metadata": 7},
        {"more": 1},
    ],
)
def test_what_did_not_happen_does_not_get_in(other_parent, log, child, tmp_path, change, capsys):
    plain = json.loads(log.read_text().splitlines()[0])
    special = {
        "+1us": str(datetime.fromisoformat(plain["occurred_at"]) + timedelta(microseconds=1)),
        "another": other_parent.pk,
        "and more": {**plain["metadata"], "name": "Ada"},
        "and deep": {**plain["metadata"], "reason": {"why": []}},
        "and half a pair": {**plain["metadata"], "entity_name": "\ud800"},
    }
    change = {name: special.get(value, value) if isinstance(value, str) else value for name, value in change.items()}
    forged = tmp_path / "forged"
    forged.write_text(json.dumps({**plain, **change}))

    assert replay("--from", str(forged)) == 1

    assert sequences(child) == [1, 4]
    assert f"{forged}:1: " in capsys.readouterr().out


@pytest.fixture
def lost(task, penalty, reward, child, parent, settings):
    """Events 2 to 7 of eight are in the log only: of a request, its redeeming and refund, of a penalty and its undoing, of a task."""
    activate(entity=make_task(child.family, points=100), child=child, by=parent)
    with a_trigger_that_raises(), nowhere_to_keep():
        request, _ = request_reward(reward=reward, child=child, by=parent)
        redeem_request(request=request, by=parent)
        refund_request(request=request, by=parent)
        cancel_activation(activation=activate(entity=penalty, child=child, by=parent), by=parent)
        activate(entity=task, child=child, by=parent)
    activate(entity=task, child=child, by=parent)
    return settings.LOG_DIR / "unrecorded.log"


def test_what_is_lost_in_a_row_is_written_in_any_order(lost, child, tmp_path):
    backwards = tmp_path / "backwards"
    backwards.write_text("\n".join(reversed(lost.read_text().splitlines())))

    assert replay("--from", str(backwards)) == 0

    assert sequences(child) == list(range(1, 9))
    assert is_clean()


@pytest.mark.parametrize("line", range(6))
@pytest.mark.parametrize(
    "change",
    [
        {"sequence": 9},
        {"sequence": -1},
        {"sequence": +1},
        {"points": 500},
        {"points": -1},
        {"occurred_at": "2199-01-01T00:00:00.000000Z"},
        {"occurred_at": "2001-01-01T00:00:00.000000Z"},
        {"actor_role": "system"},
        {"reason": "Ada said so"},
        {"cancels": 1},
        {"note": "Ada"},
    ],
    ids=str,
)
def test_whatever_is_altered_in_a_line_keeps_it_out(lost, child, tmp_path, line, change):
    altered = alter(json.loads(lost.read_text().splitlines()[line]), **change)
    forged = tmp_path / "forged"
    forged.write_text(json.dumps(altered))

    assert replay("--from", str(forged)) == 1

    assert sequences(child) == [1, 8]
    assert replay("--from", str(lost)) == 0
    assert is_clean()


def alter(plain, **change):
    ((name, value),) = change.items()
    if name == "points":
        return {**plain, "points_before": plain["points_before"] + value, "points_after": plain["points_after"] + value}
    if name == "sequence":
        return {**plain, "sequence": value if value == 9 else plain["sequence"] + value}
    if name in plain:
        return {**plain, name: value}
    return {**plain, "metadata": {**plain["metadata"], name: value}}


def test_the_last_event_leaves_what_the_child_has(task, child, parent, settings, tmp_path):
    with a_trigger_that_raises(), nowhere_to_keep():
        activate(entity=task, child=child, by=parent)
    log = settings.LOG_DIR / "unrecorded.log"
    forged = tmp_path / "forged"
    forged.write_text(json.dumps(alter(json.loads(log.read_text()), points=100)))

    assert replay("--from", str(forged)) == 1
    assert replay("--from", str(log)) == 0


def test_an_act_that_nobody_did_is_none(task, child, parent, settings, tmp_path):
    """The last one, found by its moment: nothing but the child's count says that there is no second one."""
    activation = activate(entity=task, child=child, by=parent)
    with a_trigger_that_raises(), nowhere_to_keep():
        cancel_activation(activation=activation, by=parent)
    forged = tmp_path / "forged"
    forged.write_text(json.dumps(alter(json.loads((settings.LOG_DIR / "unrecorded.log").read_text()), sequence=+1)))

    assert replay("--from", str(forged)) == 1


def test_the_first_event_goes_on_to_the_next(task, child, parent, settings, tmp_path):
    with a_trigger_that_raises(), nowhere_to_keep():
        activate(entity=task, child=child, by=parent)
    activate(entity=task, child=child, by=parent)
    forged = tmp_path / "forged"
    forged.write_text(json.dumps(alter(json.loads((settings.LOG_DIR / "unrecorded.log").read_text()), points=5)))

    assert replay("--from", str(forged)) == 1


def test_nothing_occurred_after_the_last_act(reward, child, parent, settings, tmp_path):
    """A refunded request does not say when it was redeemed."""
    earn(child, 50)
    with a_trigger_that_raises(), nowhere_to_keep():
        request, _ = redeem_reward(reward=reward, child=child, by=parent)
        refund_request(request=request, by=parent)
    plain = json.loads((settings.LOG_DIR / "unrecorded.log").read_text().splitlines()[0])
    forged = tmp_path / "forged"
    forged.write_text(json.dumps({**plain, "occurred_at": "2199-01-01T00:00:00.000000Z"}))

    assert replay("--from", str(forged)) == 1


def test_a_name_that_looks_like_a_log_is_a_name(child, parent, settings):
    task = make_task(child.family, name="CRITICAL tracking.unrecorded: x")
    with a_trigger_that_raises(), nowhere_to_keep():
        activate(entity=task, child=child, by=parent)

    assert replay("--from", str(settings.LOG_DIR / "unrecorded.log")) == 0

    assert sequences(child) == [1]


@pytest.mark.parametrize(
    "line",
    [
        '{"\\ud800": 1}',
        '{"a\\nb\\u001b[31m": 1}',
        '{"metadata": ' + '{"a":' * 920 + "1" + "}" * 921,
        "{",
        "{}",
        '{"a": 1e999}',
        "[" * 100_000,
        "CRITICAL tracking.unrecorded: ",
        "{" * 100_000,
    ],
)
def test_a_line_that_is_no_event_is_told(db, tmp_path, line, capsys):
    torn = tmp_path / "torn"
    torn.write_text(line if line.startswith(("{", "C")) else f"CRITICAL tracking.unrecorded: {line}")

    assert replay("--from", str(torn)) == 1

    told = capsys.readouterr().out.splitlines()
    assert len(told) == 2
    assert all(line.isprintable() and len(line) < 1500 for line in told)


@pytest.mark.parametrize("name", ["nothing-there", "."])
def test_a_file_that_cannot_be_read_is_bad_usage(db, tmp_path, name):
    assert replay("--from", str(tmp_path / name)) == 2


# Where the oldest were purged


@pytest.fixture
def beginning(waiting, child):
    """Event 1 was purged, 2 and 3 wait, 4 is there. Returns the first, with what waits."""
    first = TrackingEvent.objects.get(child_id=child.pk, sequence=1)
    rows = list(UnrecordedEvent.objects.all())
    UnrecordedEvent.objects.all().delete()
    assert purge(first.occurred_at + timedelta(microseconds=1)) == 0
    UnrecordedEvent.objects.bulk_create(rows)
    first.waiting = waiting
    return first


def test_what_was_purged_is_not_written_again(beginning, child, tmp_path, capsys):
    log = tmp_path / "log"
    log.write_text(json.dumps(beginning.to_dict()))

    assert replay("--from", str(log)) == 1

    assert sequences(child) == [2, 3, 4]
    assert "it was purged" in capsys.readouterr().out
    assert is_clean()


def test_what_was_purged_and_waits_stays_on_the_list(beginning, child):
    """It is for somebody to look at: nothing else says that it was ever recorded."""
    keep = {**beginning.to_dict(), "id": None}
    UnrecordedEvent.objects.create(child_id=child.pk, sequence=1, event=keep, error="", created_at=beginning.created_at)

    assert replay() == 1

    assert sequences(child) == [2, 3, 4]
    assert "it was purged" in UnrecordedEvent.objects.get().error


def test_what_comes_after_what_was_purged_is_written(beginning, child):
    assert replay() == 0

    assert sequences(child) == [2, 3, 4]
    assert is_clean()


@pytest.mark.parametrize("line", [0, 1])
@pytest.mark.parametrize(
    "change",
    [{"points": 500}, {"points": -10}, {"occurred_at": "2001-01-01T00:00:00.000000Z"}, {"sequence": +1}],
    ids=str,
)
def test_what_does_not_go_on_where_the_purged_ones_ended_is_kept_out(beginning, child, tmp_path, line, change):
    UnrecordedEvent.objects.all().delete()
    forged = tmp_path / "forged"
    forged.write_text(json.dumps(alter(beginning.waiting[line], **change)))

    assert replay("--from", str(forged)) == 1

    assert sequences(child) == [4]


def test_nothing_occurred_before_what_was_purged(reward, child, parent, settings, tmp_path):
    """A refunded request does not say when it was redeemed."""
    earn(child, 50)
    with a_trigger_that_raises(), nowhere_to_keep():
        request, _ = redeem_reward(reward=reward, child=child, by=parent)
        refund_request(request=request, by=parent)
    purge(TrackingEvent.objects.get().occurred_at + timedelta(microseconds=1))
    log = settings.LOG_DIR / "unrecorded.log"
    forged = tmp_path / "forged"
    forged.write_text(
        json.dumps({**json.loads(log.read_text().splitlines()[0]), "occurred_at": "2001-01-01T00:00:00Z"})
    )

    assert replay("--from", str(forged)) == 1
    assert replay("--from", str(log)) == 0
    assert is_clean()


def test_all_was_purged_but_the_last_which_is_missing(waiting, task, child, parent):
    replay()
    with a_trigger_that_raises():
        activate(entity=task, child=child, by=parent)
    (last,) = rows = list(UnrecordedEvent.objects.all())
    rows[0].delete()
    purge(last.to_event().occurred_at)
    UnrecordedEvent.objects.bulk_create(rows)

    assert replay() == 0

    assert sequences(child) == [5]
    assert is_clean()


# At once


def test_two_at_once_write_each_event_once(waiting, child):
    assert race(replay, replay) == [0, 0]

    assert sequences(child) == [1, 2, 3, 4]
    assert not UnrecordedEvent.objects.exists()


def test_acts_go_on_meanwhile(waiting, task, child, parent):
    race(replay, lambda: [activate(entity=task, child=child, by=parent) for _ in range(20)])

    assert sequences(child) == list(range(1, 25))
    assert is_clean()


@pytest.mark.postgresql
def test_it_waits_for_the_family(waiting, family, child):
    _, status = queue(lambda: lock_family(family.pk), replay)

    assert status == 0
    assert is_clean()


@pytest.mark.postgresql
def test_who_is_forgotten_meanwhile_is_not_named(task, child, parent, admin):
    """An admin is in no family, so that nothing but the user's own row makes the two wait for each other."""
    with a_trigger_that_raises():
        activate(entity=task, child=child, by=admin)

    _, status = queue(lambda: delete_user(user=admin, by=parent), replay)

    assert status == 0
    assert TrackingEvent.objects.get().user_id is None


@pytest.mark.postgresql
def test_another_family_does_not_wait(waiting, strangers_family):
    with holding(lambda: lock_family(strangers_family.pk)), connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '1s'")
        try:
            assert replay() == 0
        finally:
            cursor.execute("RESET lock_timeout")


def test_an_event_of_before_the_clock_stepped_back_is_written_after_it_occurred(task, child, parent, family):
    with clock.pretend(clock.now() + timedelta(hours=1)), a_trigger_that_raises():
        activate(entity=task, child=child, by=parent)

    assert replay() == 0

    event = TrackingEvent.objects.get()
    assert event.created_at == event.occurred_at == Family.objects.get(pk=family.pk).last_act_at
