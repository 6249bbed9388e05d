"""`rebuild_audit_log` writes the log again as the trail has it."""

import shutil
import subprocess

import pytest
from django.core.management import CommandError, call_command

from children.services.accounts import delete_user
from tracking import audit_log
from tracking.tests.faults.disks import CHUNK, full, small_disk
from tracking.tests.rebuilding import acting, files_in, kept, rebuild
from tracking.tests.test_audit_log import events_of, trail

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def act(task, child, parent):
    """Return a function with which the parent acts."""
    return acting(task, child, parent)


@pytest.fixture
def log(parent):
    return audit_log.log_of(parent.pk)


@pytest.fixture
def everybodys(act, child, child_user, other_parent, admin, family):
    """Acts of the system, of some users, and of one that was forgotten."""
    for by in (None, other_parent, admin, None, other_parent):
        act(by=by)
    for _ in range(3):
        act()
    delete_user(user=admin, by=None)


# What it writes


def test_what_is_gone_is_written_again_in_the_order_of_ids(everybodys, parent, other_parent, settings):
    shutil.rmtree(settings.LOG_DIR)

    assert rebuild() == 0

    expected = {
        "tracking_system.log": trail(actor_role="system"),
        "tracking_anonymized.log": trail(user_id=None, actor_role="admin"),
        f"tracking_user_{parent.pk}.log": trail(user_id=parent.pk),
        f"tracking_user_{other_parent.pk}.log": trail(user_id=other_parent.pk),
    }
    assert {path.name: events_of(path) for path in settings.LOG_DIR.glob("*.log")} == expected
    assert [len(events) for events in expected.values()] == [2, 1, 3, 2]


def test_it_tells_how_many_events_of_how_many_logs(everybodys, capsys):
    rebuild()

    assert capsys.readouterr().out == "8 events of 4 logs.\n"


def test_lost_lines_come_back_and_a_torn_one_is_mended(act, log):
    for _ in range(5):
        act()
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(lines[0] + lines[2][:50] + lines[3] + lines[4][:-1])

    assert rebuild() == 0

    assert events_of(log) == trail()


def test_again_it_changes_nothing(everybodys, settings):
    rebuild()
    before = files_in(settings.LOG_DIR)

    assert rebuild() == 0

    assert files_in(settings.LOG_DIR) == before


def test_one_user_is_rebuilt_with_those_who_are_forgotten_and_nobody_else(everybodys, parent, log, settings, capsys):
    for path in settings.LOG_DIR.glob("*.log"):
        path.write_bytes(b"damaged\n")

    assert rebuild("--user", str(parent.pk)) == 0

    rest, forgotten = files_in(settings.LOG_DIR), audit_log.log_named(audit_log.ANONYMIZED)
    del rest[log.name], rest[forgotten.name]
    assert events_of(log) == trail(user_id=parent.pk)
    assert events_of(forgotten) == trail(user_id=None, actor_role="admin")
    assert [*rest.values()] == [b"damaged\n"] * 2
    assert capsys.readouterr().out == "4 events of 2 logs.\n"


def test_an_unknown_user_is_bad_usage(act, settings):
    act()
    before = files_in(settings.LOG_DIR)

    with pytest.raises(CommandError, match=r"^User 999999 has no events and no log\.$") as refused:
        call_command("rebuild_audit_log", user=999_999)

    assert refused.value.returncode == 2
    assert files_in(settings.LOG_DIR) == before


def test_the_newest_lines_are_kept_as_rotation_keeps_them(act, log, settings):
    settings.AUDIT_LOG_BYTES, settings.AUDIT_LOG_BACKUPS = 1000, 2
    for _ in range(20):
        act()
    before = files_in(settings.LOG_DIR)
    assert before.keys() == {log.name, f"{log.name}.1", f"{log.name}.2"}
    shutil.rmtree(settings.LOG_DIR)

    assert rebuild() == 0

    after = files_in(settings.LOG_DIR)
    assert {name: len(text) for name, text in after.items()} == {name: len(text) for name, text in before.items()}
    assert kept(log) == trail()[-len(kept(log)) :]


def test_backups_beyond_what_is_kept_now_go(act, log, settings):
    act()
    log.with_name(f"{log.name}.7").write_bytes(b"{}\n")

    assert rebuild() == 0

    assert files_in(settings.LOG_DIR).keys() == {log.name}


def test_logs_of_users_without_events_go_when_all_are_rebuilt(act, log, settings):
    act()
    for name in ("tracking_user_999999.log", "tracking_user_999998.log.1", "tracking_anonymized.log"):
        (settings.LOG_DIR / name).write_bytes(b"{}\n")
    others = ("unrecorded.log", "tracking_user_1.log.gz", "server.log")
    for name in others:
        (settings.LOG_DIR / name).write_bytes(b"not ours\n")

    assert rebuild() == 0

    assert files_in(settings.LOG_DIR).keys() == {log.name, *others}


def test_a_draft_of_a_run_that_was_killed_goes(act, log, settings):
    act()
    for name in (f"draft_{log.name}", f"draft_{log.name}.1"):
        (settings.LOG_DIR / name).write_bytes(b"half a li")

    assert rebuild() == 0

    assert files_in(settings.LOG_DIR).keys() == {log.name}
    assert events_of(log) == trail()


def test_also_that_of_a_user_who_is_gone(act, log, settings):
    act()
    (settings.LOG_DIR / "draft_tracking_user_999999.log").write_bytes(b"{}\n")

    assert rebuild() == 0

    assert files_in(settings.LOG_DIR).keys() == {log.name}


# When it cannot


@pytest.mark.parametrize("room", [0, CHUNK])  # for nothing, or for a part of the draft
def test_on_a_full_disk_the_old_log_stays_as_it_was(act, settings, tmp_path, capsys, room):
    with small_disk(tmp_path / "disk", "64k") as disk:
        settings.LOG_DIR = disk
        for _ in range(15):
            act()
        with full(disk, but=room):
            before = files_in(disk)

            with pytest.raises(CommandError, match=r"^The audit log: .*No space left") as failed:
                call_command("rebuild_audit_log")

            assert failed.value.returncode == 3
            assert files_in(disk) == before
        assert rebuild() == 0


def test_on_a_disk_that_is_read_only_the_old_log_stays_as_it_was(act, settings, tmp_path):
    with small_disk(tmp_path / "disk", "64k") as disk:
        settings.LOG_DIR = disk
        act()
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        before = files_in(disk)

        assert rebuild() == 3

        assert files_in(disk) == before


def test_where_the_folder_is_none_it_is_told(act, settings):
    act()
    shutil.rmtree(settings.LOG_DIR)
    settings.LOG_DIR.touch()

    assert rebuild() == 3
