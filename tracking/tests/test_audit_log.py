"""Each event that is committed is one line in the log of who did it."""

import json
import os
import stat
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from children.services.accounts import delete_user
from children.services.activations import activate, cancel_activation
from children.tests.factories import earn, make_task, make_user
from rewards.services.requests import request_reward
from tracking import audit_log, log_file
from tracking.models import TrackingEvent
from tracking.services.forgetting import forget
from tracking.services.recording import record
from tracking.tests.factories import build_event
from tracking.tests.test_recording import a_trigger_that_raises, the_table_renamed
from tracking.traces.identity import Identity

pytestmark = pytest.mark.django_db(transaction=True)

NASTY = [
    "two\nlines",
    "\r\n",
    "back\rspace\b\b",
    "\x1b[2J\x1b[31mred\x1b]0;title\x07",
    "\u2028\u2029\x85\x0b\x0c\x1c\x1d\x1e",
    "".join(map(chr, [*range(1, 32), *range(127, 160)])),
    'quote " back \\ slash \\n {"id": 1}',
    "Geschirr spülen 食器 \U0001f9fd\U0001f468\u200d\U0001f469\u200d\U0001f467 \u202e\ufeff",
]


@pytest.fixture
def logs(settings):
    """Return a function that reads what is in the log folder, but for the mark of a change: the events of each file."""

    def read():
        return {path.name: events_of(path) for path in sorted(settings.LOG_DIR.glob("[!.]*"))}

    return read


def events_of(path):
    """The lines of a file, which must all be whole."""
    lines = path.read_bytes().split(b"\n")
    assert lines.pop() == b""
    return [json.loads(line) for line in lines]


def trail(**of):
    return [event.to_dict() for event in TrackingEvent.objects.filter(**of).order_by("id")]


# What is written


def test_an_act_is_one_line_of_who_did_it(task, child, parent, logs):
    activate(entity=task, child=child, by=parent)

    assert logs() == {f"tracking_user_{parent.pk}.log": [TrackingEvent.objects.get().to_dict()]}


def test_each_user_has_a_file(task, child, parent, other_parent, admin, logs):
    for by in (parent, other_parent, admin, parent):
        activate(entity=task, child=child, by=by)

    users = (parent, other_parent, admin)
    assert logs() == {f"tracking_user_{by.pk}.log": trail(user_id=by.pk) for by in users}
    assert [len(trail(user_id=by.pk)) for by in users] == [2, 1, 1]


def test_what_the_system_does_is_in_its_file(child, logs):
    earn(child, 5)

    assert logs() == {"tracking_system.log": trail()}


def test_what_a_child_asks_for_is_in_the_file_of_its_login(reward, child, child_user, logs):
    earn(child, 20)
    request_reward(reward=reward, child=child, by=child_user)

    assert logs()[f"tracking_user_{child_user.pk}.log"] == trail(actor_role="child")


def test_an_event_whose_user_is_gone_is_with_those_who_were_forgotten(db, logs):
    gone = make_user("gone")
    gone_id = gone.pk
    delete_user(user=gone, by=None)

    with transaction.atomic():
        record(build_event(user_id=gone_id, actor_role="parent"))

    assert logs() == {"tracking_anonymized.log": trail()}
    assert trail()[0]["user_id"] is None


def test_a_replayed_event_is_written_then_and_by_no_dry_run(task, child, parent, logs):
    with a_trigger_that_raises():
        activate(entity=task, child=child, by=parent)
    assert logs() == {}

    with pytest.raises(CommandError):
        call_command("replay_tracking", "--dry-run")
    assert logs() == {}

    call_command("replay_tracking")
    assert logs() == {f"tracking_user_{parent.pk}.log": [TrackingEvent.objects.get().to_dict()]}


# When


def test_nothing_is_written_before_the_commit(task, child, parent, logs):
    with transaction.atomic():
        cancel_activation(activation=activate(entity=task, child=child, by=parent), by=parent)

        assert logs() == {}

    assert logs() == {f"tracking_user_{parent.pk}.log": trail()}
    assert [event["action"] for event in trail()] == ["activated", "cancelled"]


def test_an_act_that_is_rolled_back_leaves_no_line(task, child, parent, logs):
    with transaction.atomic():
        activate(entity=task, child=child, by=parent)
        transaction.set_rollback(True)
    with transaction.atomic():
        with transaction.atomic():
            activate(entity=task, child=child, by=parent)
            transaction.set_rollback(True)
        activate(entity=task, child=child, by=parent)

    (line,) = logs()[f"tracking_user_{parent.pk}.log"]
    assert line == TrackingEvent.objects.get().to_dict()


def test_two_events_whose_ids_begin_alike_are_two(logs):
    """A line that waited looks whether it was told meanwhile."""
    waiting = audit_log.prepare(build_event(id=1))
    audit_log.write(audit_log.prepare(build_event(id=10)))

    audit_log.write(waiting)

    assert [event["id"] for event in logs()["tracking_system.log"]] == [10, 1]


# How


@pytest.mark.parametrize("name", NASTY)
def test_whatever_a_task_is_called_it_is_one_line_of_printable_ascii(child, parent, logs, name):
    activate(entity=make_task(child.family, name=name), child=child, by=parent)

    ((file, (event,)),) = logs().items()
    written = audit_log.log_of(parent.pk).read_bytes()
    assert file == audit_log.log_of(parent.pk).name
    assert event == TrackingEvent.objects.get().to_dict()
    assert event["metadata"]["entity_name"] == name
    assert written.endswith(b"\n") and all(32 <= byte < 127 for byte in written[:-1])


@pytest.mark.parametrize(
    ("umask", "modes"), [(0o022, (0o750, 0o640)), (0o000, (0o750, 0o640)), (0o077, (0o700, 0o600))]
)
def test_the_folder_and_its_files_are_for_their_owner_and_group(task, child, parent, settings, umask, modes):
    settings.AUDIT_LOG_BYTES = 1000
    usual = os.umask(umask)
    try:
        for by in (None, parent, parent, parent, parent):
            activate(entity=task, child=child, by=by)
    finally:
        os.umask(usual)

    files = [*settings.LOG_DIR.iterdir()]
    assert len(files) == 3
    assert {(mode_of(settings.LOG_DIR), mode_of(file)) for file in files} == {modes}


def mode_of(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_no_file_stays_open(task, child, parent, other_parent, settings):
    settings.AUDIT_LOG_BYTES = 1000  # some of the acts rotate
    activate(entity=task, child=child, by=parent)
    before = open_files()

    for by in (parent, other_parent) * 5:
        activate(entity=task, child=child, by=by)

    assert open_files() == before
    assert audit_log.log_of(parent.pk).with_suffix(".log.1").exists()


def open_files():
    return sorted(path.name for path in Path("/proc/self/fd").iterdir())


# Once its user is forgotten


@pytest.fixture
def untold(task, child, parent, monkeypatch):
    """Return a function with which somebody acts, the parent if nobody is named; its line is handed back, and still to be written."""

    def act(by=parent):
        lines = []
        with monkeypatch.context() as patch:
            patch.setattr(audit_log, "write", lines.append)
            activate(entity=task, child=child, by=by)
        return lines[0]

    return act


def forget_parent(parent):
    forget(Identity.of(parent), progress=lambda count: None)


def delete_parent(parent):
    delete_user(user=parent, by=None)


GOES = pytest.mark.parametrize("go", [forget_parent, delete_parent])


@GOES
def test_a_line_that_is_late_is_with_those_who_were_forgotten(untold, parent, other_parent, logs, go):
    line = untold()
    go(parent)

    audit_log.write(line)

    assert logs() == {"tracking_anonymized.log": trail()}
    assert [event["user_id"] for event in trail()] == [None]


@GOES
def test_there_too_it_is_written_once(untold, parent, other_parent, logs, go):
    line = untold()
    go(parent)
    call_command("rebuild_audit_log")

    audit_log.write(line)

    assert logs() == {"tracking_anonymized.log": trail()}


def test_its_log_is_not_made_again_not_even_for_a_moment(untold, parent, settings, monkeypatch):
    """Who looks for traces at that moment would find its name."""
    made, make = [], log_file.open_to_append
    line = untold()
    forget_parent(parent)
    monkeypatch.setattr(log_file, "open_to_append", lambda path: made.append(path) or make(path))

    audit_log.write(line)

    assert made == [audit_log.log_named("anonymized")]


def test_nor_left_empty_by_a_line_that_came_just_before(untold, parent, logs, monkeypatch):
    def make_late(path):
        if not forgotten:
            forgotten.append(parent)
            forget_parent(parent)
        return make(path)

    line, forgotten, make = untold(), [], log_file.open_to_append
    monkeypatch.setattr(log_file, "open_to_append", make_late)

    audit_log.write(line)

    assert logs() == {"tracking_anonymized.log": trail()}


def test_what_the_user_did_afterwards_is_in_its_log_again(untold, task, child, parent, logs):
    line = untold()
    forget_parent(parent)
    audit_log.write(line)

    activate(entity=task, child=child, by=parent)

    first, second = trail()
    assert logs() == {"tracking_anonymized.log": [first], f"tracking_user_{parent.pk}.log": [second]}


def test_a_line_of_somebody_else_goes_where_it_belongs(untold, parent, other_parent, logs):
    lines = [untold(), untold(other_parent), untold(None)]
    forget_parent(parent)

    for line in lines:
        audit_log.write(line)

    files = ("tracking_anonymized.log", f"tracking_user_{other_parent.pk}.log", "tracking_system.log")
    assert logs() == dict(zip(files, [[event] for event in trail()], strict=True))


def test_the_database_is_asked_only_if_somebody_was_forgotten(untold, parent, other_parent, django_assert_num_queries):
    usual = untold()
    with django_assert_num_queries(0):
        audit_log.write(usual)
    late, system = untold(), untold(None)
    forget_parent(other_parent)

    with django_assert_num_queries(1):
        audit_log.write(late)
    with django_assert_num_queries(0):
        audit_log.write(system)


def test_if_the_database_is_away_then_it_is_counted(untold, parent, logs):
    line = untold()
    forget_parent(parent)

    with the_table_renamed():
        audit_log.write(line)

    assert (audit_log.failures.count, logs()) == (1, {})
    call_command("rebuild_audit_log")
    assert logs() == {"tracking_anonymized.log": trail()}


# The mark of a change


def test_it_is_for_the_owner_and_group_too(parent, settings):
    forget_parent(parent)

    assert [(file.name, mode_of(file)) for file in settings.LOG_DIR.iterdir()] == [(".changed", 0o640)]
