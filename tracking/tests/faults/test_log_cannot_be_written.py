"""No table takes an event, and the log, its last resort, cannot be written either: the act stands, and verify_tracking names it."""

import json
from contextlib import contextmanager
from io import StringIO

import pytest
from django.core.management import call_command

from tracking.models import TrackingEvent
from tracking.tests.faults.books import findings
from tracking.tests.faults.disks import CHUNK, full, small_disk
from tracking.tests.test_recording import a_trigger_that_raises, nowhere_to_keep

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def only_the_log_is_left():
    with a_trigger_that_raises(), nowhere_to_keep():
        yield


@pytest.fixture
def activate(api, parent, task, child):
    client = api(parent)

    def activate():
        answer = client.post(f"/api/v1/tasks/{task.pk}/activate/", {"child": child.pk})
        assert answer.status_code == 201, answer.content

    return activate


def a_file_in_its_place(folder):
    folder.touch()


def a_device_without_room(folder):
    folder.mkdir()
    (folder / "unrecorded.log").symlink_to("/dev/full")


def gaps():
    found = findings()
    assert {finding["check"] for finding in found} <= {"gap"}
    return [(finding["sequence"], finding["detail"].split(":")[0]) for finding in found]


@pytest.mark.parametrize("unwritable", [a_file_in_its_place, a_device_without_room])
def test_the_act_stands_and_its_gap_is_named(activate, child, settings, unwritable, capsys):
    unwritable(settings.LOG_DIR)
    activate()

    with only_the_log_is_left():
        activate()
    activate()

    child.refresh_from_db()
    assert (child.points, child.sequence) == (30, 3)
    assert list(TrackingEvent.objects.order_by("sequence").values_list("sequence", flat=True)) == [1, 3]
    assert gaps() == [(2, "missing")]
    assert "unrecorded_log" in capsys.readouterr().err


def test_a_line_that_fits_by_half_does_not_spoil_the_next_one(activate, settings, tmp_path):
    with small_disk(tmp_path / "disk", "64k") as disk, only_the_log_is_left():
        settings.LOG_DIR = disk
        log = disk / "unrecorded.log"
        activate()
        length = log.stat().st_size
        while CHUNK - log.stat().st_size % CHUNK >= length:  # room for one more in what the file has of the disk
            activate()
        whole = log.read_bytes()

        with full(disk):
            activate()
        activate()

        lines = log.read_bytes()
        lost = len(whole.splitlines()) + 1
        assert lines.startswith(whole)
        sequences = [json.loads(line)["sequence"] for line in lines.decode().splitlines()]
        assert sequences == [*range(1, lost), lost + 1]
        recovered = tmp_path / "recovered.log"
        recovered.write_bytes(lines)

    printed = StringIO()
    call_command("replay_tracking", "--from", str(recovered), stdout=printed)

    assert printed.getvalue().strip() == f"{lost} recorded, 0 there already, 0 left."
    assert gaps() == [(lost, "missing")]
