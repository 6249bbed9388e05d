"""`rebuild_audit_log` writes the log again as the trail has it, and acts that go on meanwhile lose and double no line."""

import shutil
import subprocess
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from itertools import chain
from threading import Event

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from children.services.accounts import delete_user
from children.services.activations import activate
from children.tests.factories import make_child, make_task
from tracking import audit_log, log_file
from tracking.tests.faults.disks import CHUNK, full, small_disk
from tracking.tests.racing import PATIENCE, holding, race
from tracking.tests.test_audit_log import events_of, trail
from tracking.tests.test_log_file import _who_waits, held, wait_for  # noqa: F401 - a fixture of all tests here

pytestmark = pytest.mark.django_db(transaction=True)


def rebuild(*arguments):
    """Return the exit status."""
    try:
        call_command("rebuild_audit_log", *arguments)
    except CommandError as error:
        return error.returncode
    return 0


def files_in(folder):
    return {path.name: path.read_bytes() for path in folder.glob("*.log*")}


def kept(log):
    """The events in all files of a log, the oldest first."""
    files = [log_file.numbered(log, number) for number in range(len([*log.parent.glob(f"{log.name}.*")]), -1, -1)]
    return [*chain.from_iterable(events_of(file) for file in files)]


def ids(events):
    return [event["id"] for event in events]


@pytest.fixture
def act(task, child, parent):
    """Return a function with which the parent acts."""

    def act(*, by=parent):
        return activate(entity=task, child=child, by=by)

    return act


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


def test_one_user_is_rebuilt_and_nobody_else(everybodys, parent, log, settings, capsys):
    for path in settings.LOG_DIR.glob("*.log"):
        path.write_bytes(b"damaged\n")

    assert rebuild("--user", str(parent.pk)) == 0

    rest = files_in(settings.LOG_DIR)
    del rest[log.name]
    assert events_of(log) == trail(user_id=parent.pk)
    assert [*rest.values()] == [b"damaged\n"] * 3
    assert capsys.readouterr().out == "3 events of 1 logs.\n"


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


# Acts that go on meanwhile


@pytest.mark.parametrize("times", [1, 2, 3])
def test_an_act_whose_line_is_still_to_be_written_is_told_once(act, log, times):
    """However often the log is rebuilt meanwhile: a file system hands the number of an old file to a new one."""
    act()
    with transaction.atomic():
        transaction.on_commit(lambda: [rebuild() for _ in range(times)])  # before the line
        act()

    assert events_of(log) == trail()
    assert len(trail()) == 2


@pytest.mark.parametrize("acts", range(1, 5))
def test_also_if_the_log_is_rotated_after_that(act, log, settings, acts):
    settings.AUDIT_LOG_BYTES, settings.AUDIT_LOG_BACKUPS = 1000, 20
    act()
    act()
    with transaction.atomic():
        transaction.on_commit(lambda: (rebuild(), [act() for _ in range(acts)]))
        act()

    assert Counter(ids(kept(log))) == Counter(ids(trail()))


def test_the_first_act_of_a_user_is_told_once(act, log):
    with transaction.atomic():
        transaction.on_commit(lambda: rebuild())
        act()

    assert events_of(log) == trail()


def test_an_act_that_is_not_committed_yet_is_not_lost(act, log):
    act()
    with holding(act):
        assert rebuild() == 0
        assert len(events_of(log)) == 1

    assert events_of(log) == trail()
    assert len(trail()) == 2


@contextmanager
def meanwhile(do, *, read, before=False):
    """Do something right after, or before, the command reads the trail for a log; the second time it holds that log."""
    reads = []

    def watch(execute, sql, params, many, context):
        reads.extend([sql] if '"id" >= ' in sql else [])
        now = '"id" >= ' in sql and len(reads) == read
        if now and before:
            do()
        rows = execute(sql, params, many, context)
        if now and not before:
            do()
        return rows

    with connection.execute_wrapper(watch):
        yield
    assert len(reads) >= read


@pytest.mark.parametrize("before", [True, False])
def test_who_waits_for_the_log_while_it_is_replaced_tells_its_act_once(act, log, parent, before):
    act()

    def act_and_wait():
        acts.append(pool.submit(alone, act))
        wait_for(1)

    acts = []
    with ThreadPoolExecutor(1) as pool:
        with meanwhile(act_and_wait, read=2, before=before):
            assert rebuild("--user", str(parent.pk)) == 0
        acts[0].result()

    assert events_of(log) == trail()
    assert len(trail()) == 2


def test_an_act_that_is_told_in_the_old_log_after_the_draft_is_not_lost(act, log, parent):
    act()

    with ThreadPoolExecutor(1) as pool, meanwhile(lambda: pool.submit(alone, act).result(), read=1):
        assert rebuild("--user", str(parent.pk)) == 0

    assert events_of(log) == trail()
    assert len(trail()) == 2


@pytest.mark.postgresql
@pytest.mark.parametrize("earlier", [0, 2])
def test_also_not_if_its_id_is_lower_than_those_in_the_draft(act, strangers_task, strangers_child, earlier):
    """The system acts in two families, and the act that began first ends last."""
    for _ in range(earlier):
        act(by=None)
    with ExitStack() as stack:
        stack.enter_context(holding(lambda: activate(entity=strangers_task, child=strangers_child, by=None)))
        act(by=None)
        with meanwhile(stack.close, read=1):
            assert rebuild() == 0

    assert Counter(ids(events_of(audit_log.log_of(None)))) == Counter(ids(trail()))
    assert trail()[-2]["child_id"] == strangers_child.pk


def alone(act):
    try:
        return act()
    finally:
        connection.close()


def test_two_at_once_write_each_line_once(act, log, settings):
    for _ in range(5):
        act()

    with ThreadPoolExecutor(2) as pool:
        with held(log):
            first = pool.submit(alone, rebuild)
            wait_for(1)
            second = pool.submit(alone, rebuild)
            wait_for(2, or_until=second.done)
        first.result(), second.result()

    assert files_in(settings.LOG_DIR).keys() == {log.name}
    assert events_of(log) == trail()


@pytest.mark.parametrize("size", [2000, 10_000_000])
def test_while_it_runs_again_and_again_acts_go_on(family, parent, other_parent, settings, size):
    settings.AUDIT_LOG_BYTES, settings.AUDIT_LOG_BACKUPS = size, 200
    children = [make_child(family, name) for name in "abcd"]
    task, done = make_task(family), Event()

    def act_on(child, by):
        for _ in range(20):
            activate(entity=task, child=child, by=by)

    def go_on():
        while not done.is_set():
            assert rebuild() == 0

    with ThreadPoolExecutor(1) as pool:
        rebuilding = pool.submit(alone, go_on)
        try:
            actors = (parent, other_parent, parent, None)
            race(*[lambda child=child, by=by: act_on(child, by) for child, by in zip(children, actors, strict=True)])
        finally:
            done.set()
        rebuilding.result(PATIENCE)

    for user in (parent.pk, other_parent.pk, None):
        assert Counter(ids(kept(audit_log.log_of(user)))) == Counter(ids(trail(user_id=user)))
    assert len(trail()) == 80
    assert not [*settings.LOG_DIR.glob("draft_*")]
