"""The audit log cannot be written: the act stands, the failure is counted and told, and the log goes on once it can be."""

import logging
import subprocess
from contextlib import contextmanager

import pytest
from django.db import transaction

from children.services.activations import activate
from tracking import audit_log
from tracking.models import TrackingEvent
from tracking.tests.faults.disks import CHUNK, full, small_disk
from tracking.tests.test_audit_log import events_of, open_files, trail

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def a_file_in_place_of_the_folder(log):
    log.parent.touch()
    yield
    log.parent.unlink()


@contextmanager
def a_folder_in_place_of_the_file(log):
    log.mkdir(parents=True)
    yield
    log.rmdir()


@contextmanager
def a_device_without_room(log):
    log.parent.mkdir(exist_ok=True)
    log.symlink_to("/dev/full")
    yield
    log.unlink()


@pytest.fixture
def tap(api, parent, task, child):
    client = api(parent)

    def tap():
        answer = client.post(f"/api/v1/tasks/{task.pk}/activate/", {"child": child.pk})
        assert answer.status_code == 201, answer.content

    return tap


@pytest.fixture
def errors(caplog):
    """Return a function that tells what was logged as an error, but for the 503 of /readyz."""
    caplog.set_level(logging.ERROR)

    def told():
        return [(record.name, record.getMessage()) for record in caplog.records if record.name != "django.request"]

    return told


@pytest.fixture
def ready(client):
    """Return a function that asks /readyz: its status, its check of the log, the count of failures."""

    def ask():
        answer = client.get("/readyz")
        told = answer.json()
        assert "/" not in told["checks"]["audit_log"]
        return answer.status_code, told["checks"]["audit_log"], told["audit_log_failures"]

    return ask


@pytest.mark.parametrize(
    ("broken", "error"),
    [
        (a_file_in_place_of_the_folder, "NotADirectoryError"),
        (a_folder_in_place_of_the_file, "IsADirectoryError"),
        (a_device_without_room, "OSError"),
    ],
)
def test_the_act_stands_and_readyz_tells_until_it_is_mended(tap, parent, errors, ready, broken, error):
    log = audit_log.log_of(parent.pk)

    with broken(log):
        tap()

        (event,) = TrackingEvent.objects.all()
        ((logger, message),) = errors()
        assert logger == "tracking.audit_log"
        assert f"event {event.pk}" in message and error in message
        assert ready() == (503, f"the last line was not written: {error}", 1)
    tap()

    assert events_of(log) == trail()[1:]
    assert len(errors()) == 1
    assert ready() == (200, "ok", 1)


def test_a_server_that_is_sent_no_acts_since_then_is_ready_again_after_a_while(tap, parent, ready, monkeypatch):
    with a_folder_in_place_of_the_file(audit_log.log_of(parent.pk)):
        tap()
    assert ready()[0] == 503

    monkeypatch.setattr(audit_log, "RECENT", 0)

    assert ready() == (200, "ok", 1)


def test_on_a_disk_that_is_read_only_each_act_stands_and_is_counted(tap, parent, settings, tmp_path, errors, ready):
    with small_disk(tmp_path / "disk", "64k") as disk:
        settings.LOG_DIR = disk
        tap()
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)

        tap()
        tap()

        assert len(trail()) == 3
        assert len(errors()) == 2
        assert ready()[::2] == (503, 2)
        assert events_of(audit_log.log_of(parent.pk)) == trail()[:1]


def test_half_a_line_on_a_full_disk_is_taken_back(tap, parent, settings, tmp_path, errors, ready):
    with small_disk(tmp_path / "disk", "64k") as disk:
        settings.LOG_DIR = disk
        log = audit_log.log_of(parent.pk)
        tap()
        line = log.stat().st_size
        for _ in range(2 * CHUNK // line):
            if not 0 < room_in(log) < line:  # no half line fits
                tap()
        whole = log.read_bytes()

        with full(disk):
            tap()
            assert log.read_bytes() == whole
            assert ready() == (503, "the last line was not written: OSError", 1)
        tap()

        events = trail()
        assert events_of(log) == [*events[:-2], events[-1]]
        assert len(errors()) == 1
        assert ready() == (200, "ok", 1)


def room_in(log):
    """What the file has of the disk, and does not use."""
    return -log.stat().st_size % CHUNK


def test_a_line_that_cannot_be_written_does_not_hold_up_the_next(task, child, parent, other_parent):
    with a_folder_in_place_of_the_file(audit_log.log_of(parent.pk)), transaction.atomic():
        for by in (parent, other_parent):
            activate(entity=task, child=child, by=by)

    assert events_of(audit_log.log_of(other_parent.pk)) == trail(user_id=other_parent.pk)
    assert (audit_log.failures.count, audit_log.failures.last) == (1, None)


def test_no_file_stays_open(task, child, parent):
    activate(entity=task, child=child, by=None)
    before = open_files()

    with a_device_without_room(audit_log.log_of(parent.pk)):
        activate(entity=task, child=child, by=parent)

    assert open_files() == before
    assert audit_log.failures.count == 1
