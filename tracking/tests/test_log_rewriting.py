"""Lines are taken out of the logs, or lose their user, while acts go on: nothing else changes, nothing is lost or doubled."""

import subprocess
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from tracking import audit_log, log_file, unrecorded_log
from tracking.services import log_rewriting
from tracking.services.log_rewriting import forget_in_logs, purge_logs
from tracking.tests.aging import noon
from tracking.tests.factories import build_event
from tracking.tests.faults.disks import CHUNK, full, small_disk
from tracking.tests.rebuilding import acting, alone, files_in, ids, kept
from tracking.tests.test_audit_log import events_of, mode_of, trail
from tracking.tests.test_log_file import _who_waits, wait_for  # noqa: F401 - a fixture of all tests here

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]

MICROSECOND = timedelta(microseconds=1)


class Killed(BaseException):
    """Nobody catches it."""


@pytest.fixture
def act(task, child, parent):
    """Return a function with which the parent acts."""
    return acting(task, child, parent)


@pytest.fixture
def log(parent):
    return audit_log.log_of(parent.pk)


@pytest.fixture
def anonymized():
    return audit_log.log_named("anonymized")


def nobodys(text, user):
    return text.replace(b'"user_id": %d' % user.pk, b'"user_id": null')


def without_users(events):
    return [{**event, "user_id": None} for event in events]


# Forgetting a user


def test_the_lines_lose_their_user_and_go_to_those_of_users_since_forgotten(act, parent, other_parent, log, settings):
    for by in (None, parent, other_parent, parent, other_parent, parent):
        act(by=by)
    expected = files_in(settings.LOG_DIR)
    expected["tracking_anonymized.log"] = nobodys(expected.pop(log.name), parent)

    assert forget_in_logs(parent.pk) == 3

    assert files_in(settings.LOG_DIR) == expected
    assert {mode_of(path) for path in settings.LOG_DIR.iterdir()} == {0o640}


def test_those_of_rotated_files_too_the_oldest_first(act, parent, log, anonymized, settings):
    settings.AUDIT_LOG_BYTES, settings.AUDIT_LOG_BACKUPS = 1000, 20
    for _ in range(10):
        act()
    assert log.with_name(f"{log.name}.2").exists()

    assert forget_in_logs(parent.pk) == 10

    assert kept(anonymized) == without_users(trail())
    assert all(name.startswith(anonymized.name) for name in files_in(settings.LOG_DIR))


def test_those_of_rotated_files_only(act, parent, log, anonymized, settings):
    act()
    log.rename(f"{log}.3")

    assert forget_in_logs(parent.pk) == 1

    assert files_in(settings.LOG_DIR).keys() == {anonymized.name}


def test_who_was_forgotten_before_stays_where_it_is(act, parent, other_parent, anonymized):
    for by in (other_parent, parent, other_parent, parent):
        act(by=by)

    forget_in_logs(other_parent.pk)
    forget_in_logs(parent.pk)

    assert [event["sequence"] for event in events_of(anonymized)] == [1, 3, 2, 4]
    assert [event["user_id"] for event in events_of(anonymized)] == [None] * 4


def test_the_newest_lines_are_kept_as_rotation_keeps_them(act, parent, anonymized, settings):
    for _ in range(20):
        act()
    settings.AUDIT_LOG_BYTES, settings.AUDIT_LOG_BACKUPS = 1000, 2

    forget_in_logs(parent.pk)

    files = files_in(settings.LOG_DIR)
    assert files.keys() == {anonymized.name, f"{anonymized.name}.1", f"{anonymized.name}.2"}
    assert all(1000 <= len(text) < 1500 for name, text in files.items() if name != anonymized.name)
    assert kept(anonymized) == without_users(trail())[-len(kept(anonymized)) :]


@pytest.mark.parametrize("end", [b"", b"\n", b"\0", b"\n\0"])
def test_half_a_line_of_who_was_killed_is_dropped(act, parent, log, anonymized, end):
    act()
    act()
    log.write_bytes(log.read_bytes()[:-30] + end)

    assert forget_in_logs(parent.pk) == 1

    assert events_of(anonymized) == without_users(trail())[:1]
    assert not log.exists()


def test_where_there_is_no_log_none_is_made_not_even_for_a_moment(act, parent, other_parent, settings, monkeypatch):
    """Who looks for traces at that moment would find its name."""
    made, make = [], log_file.open_to_append
    monkeypatch.setattr(log_file, "open_to_append", lambda path: made.append(path) or make(path))
    act(by=other_parent)

    assert forget_in_logs(parent.pk) == 0

    assert made == [audit_log.log_of(other_parent.pk)]


@pytest.fixture
def unrecorded(parent, other_parent):
    """Lines of the last resort: the parent's, and all others."""
    path = unrecorded_log.path()
    path.parent.mkdir()
    of_parent, of_other = (audit_log.text_of(build_event(user_id=of.pk).to_dict()) for of in (parent, other_parent))
    quoted = audit_log.text_of({"user_id": None, "metadata": {"entity_name": f'"user_id": {parent.pk}, '}})
    alike = audit_log.text_of(build_event(user_id=int(f"{parent.pk}0")).to_dict())
    of_others = [of_other, alike, quoted, b"\xff\xfe not ours\n", b'{"user_id"'], [of_other, b"\n"]
    path.write_bytes(of_parent.join([b"", *of_others[0]]))
    path.with_name(f"{path.name}.1").write_bytes(of_parent.join(of_others[1]))
    path.chmod(0o600)
    return path


def test_lines_of_the_last_resort_lose_their_user_where_they_are(unrecorded, parent, settings):
    expected = {name: nobodys(text, parent) for name, text in files_in(settings.LOG_DIR).items()}
    expected[unrecorded.name] = expected[unrecorded.name].replace(b"null0", b"%d0" % parent.pk)

    assert forget_in_logs(parent.pk) == 6

    assert files_in(settings.LOG_DIR) == expected
    assert (mode_of(unrecorded), mode_of(unrecorded.with_suffix(".log.1"))) == (0o600, 0o644)


def test_again_nothing_is_changed(act, unrecorded, parent, settings):
    act()
    forget_in_logs(parent.pk)
    before = [(path, path.stat().st_ino, path.read_bytes()) for path in sorted(settings.LOG_DIR.glob("*"))]

    assert forget_in_logs(parent.pk) == 0

    assert [(path, path.stat().st_ino, path.read_bytes()) for path in sorted(settings.LOG_DIR.glob("*"))] == before


# Interrupted


@pytest.mark.parametrize(
    ("where", "what"), [(log_rewriting, "_remove"), (log_file, "mark_replaced"), (log_rewriting, "_rewrite")]
)
def test_killed_after_lines_were_moved_and_done_again_none_is_there_twice(
    act, parent, log, anonymized, settings, monkeypatch, where, what
):
    settings.AUDIT_LOG_BYTES, settings.AUDIT_LOG_BACKUPS = 1000, 20
    for _ in range(8):
        act()

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(where, what, die)
        forget_in_logs(parent.pk)
    act()
    forget_in_logs(parent.pk)

    assert kept(anonymized) == without_users(trail())
    assert all(name.startswith(anonymized.name) for name in files_in(settings.LOG_DIR))


def die(*_):
    raise Killed


def test_killed_in_the_midst_of_a_line_and_done_again_it_is_whole(act, parent, log, anonymized):
    act()
    act()
    first, second = nobodys(log.read_bytes(), parent).splitlines(keepends=True)
    anonymized.write_bytes(first + second[:-30])

    assert forget_in_logs(parent.pk) == 1

    assert anonymized.read_bytes() == first + second[:-30] + b"\n" + second


def test_drafts_of_who_was_killed_go(parent, settings):
    settings.LOG_DIR.mkdir()
    (settings.LOG_DIR / "unrecorded.log").write_bytes(b"not ours\n")
    for name in ("draft_unrecorded.log", f"draft_tracking_user_{parent.pk}.log.2"):
        (settings.LOG_DIR / name).write_bytes(b"half a li")

    forget_in_logs(parent.pk)

    assert files_in(settings.LOG_DIR) == {"unrecorded.log": b"not ours\n"}


def test_killed_when_a_file_is_replaced_who_waits_does_not_write_to_the_old_one(unrecorded, parent, monkeypatch):
    def replace_and_die(path, target):
        if target == unrecorded:
            writers.append(pool.submit(log_file.append, unrecorded, b"late\n"))
            wait_for(1)
        replace(path, target)
        if target == unrecorded:
            raise Killed

    writers, replace = [], Path.replace
    with ThreadPoolExecutor(1) as pool:
        with monkeypatch.context() as patch, pytest.raises(Killed):
            patch.setattr(Path, "replace", replace_and_die)
            forget_in_logs(parent.pk)
        writers[0].result()

    assert unrecorded.read_bytes().endswith(b"\nlate\n")


def test_on_a_disk_that_is_read_only_nothing_is_lost(act, parent, settings, tmp_path):
    with small_disk(tmp_path / "disk", "64k") as disk:
        settings.LOG_DIR = disk
        act()
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        before = files_in(disk)

        with pytest.raises(OSError, match="Read-only"):
            forget_in_logs(parent.pk)

        assert files_in(disk) == before


@pytest.mark.parametrize("room", [0, CHUNK])  # for nothing, or for a part
def test_on_a_full_disk_nothing_is_lost_and_later_nothing_is_doubled(act, parent, settings, tmp_path, room):
    with small_disk(tmp_path / "disk", "64k") as disk:
        settings.LOG_DIR = disk
        for _ in range(15):
            act()
        log, before = audit_log.log_of(parent.pk), files_in(disk)
        with full(disk, but=room):
            with pytest.raises(OSError, match="No space left"):
                forget_in_logs(parent.pk)
            assert log.read_bytes() == before[log.name]

        forget_in_logs(parent.pk)

        assert kept(audit_log.log_named("anonymized")) == without_users(trail())
        assert not log.exists()


# Acts that go on meanwhile


def test_most_lines_are_moved_before_anybody_has_to_wait(act, parent, log, anonymized, monkeypatch):
    def append_and_act(path, line, **limits):
        append(path, line, **limits)
        if path == anonymized and not acted:
            acted.append(act())

    acted, append = [], log_file.append
    act()
    act()
    monkeypatch.setattr(log_file, "append", append_and_act)

    forget_in_logs(parent.pk)

    assert len(acted) == 1
    assert Counter(ids(kept(anonymized))) == Counter(ids(trail()))
    assert not log.exists()


def test_what_was_written_since_is_moved_when_nobody_can_write(act, parent, log, anonymized, monkeypatch):
    def act_and_hold(log):
        act()
        return held(log)

    held = log_rewriting.held
    act()
    monkeypatch.setattr(log_rewriting, "held", act_and_hold)

    assert forget_in_logs(parent.pk) == 2

    assert events_of(anonymized) == without_users(trail())
    assert not log.exists()


def when_removed(monkeypatch, do):
    """Do something when all lines of a log are moved, and it is still there, and held."""

    def remove(*arguments):
        do()
        remove_now(*arguments)

    remove_now = log_rewriting._remove
    monkeypatch.setattr(log_rewriting, "_remove", remove)


def test_who_waits_while_a_log_is_forgotten_writes_to_a_new_one(act, parent, log, anonymized, monkeypatch):
    """Its act came after all others were forgotten."""

    def act_and_wait():
        acts.append(pool.submit(alone, act))
        wait_for(1)

    act()
    acts = []
    when_removed(monkeypatch, act_and_wait)
    with ThreadPoolExecutor(1) as pool:
        forget_in_logs(parent.pk)
        acts[0].result()

    told, later = trail()
    assert (events_of(anonymized), events_of(log)) == (without_users([told]), [later])


def test_who_waits_while_lines_are_purged_writes_to_the_new_file(act, log, monkeypatch):
    def act_and_wait():
        acts.append(pool.submit(alone, act))
        wait_for(1)

    def mark_replaced(file):
        act_and_wait()
        mark(file)

    acts, mark = [], log_file.mark_replaced
    old = audit_log.text_of(build_event(id=0).to_dict())
    act()
    log.write_bytes(old + log.read_bytes())
    monkeypatch.setattr(log_file, "mark_replaced", mark_replaced)
    with ThreadPoolExecutor(1) as pool:
        assert purge_logs(noon(5)) == 1
        acts[0].result()

    assert events_of(log) == trail()
    assert len(trail()) == 2


# Removing what is older


def lines(*days, **values):
    return b"".join(audit_log.text_of(build_event(id=day, occurred_at=noon(day), **values).to_dict()) for day in days)


@pytest.fixture
def folder(settings):
    settings.LOG_DIR.mkdir()
    return settings.LOG_DIR


LOGS = ["tracking_user_7.log", "tracking_system.log", "tracking_anonymized.log", "unrecorded.log"]


def test_lines_of_what_is_older_go_from_every_file_of_every_log(folder):
    for log in LOGS:
        (folder / log).write_bytes(lines(4, 5, 6))
        (folder / f"{log}.1").write_bytes(lines(6, 3))
        (folder / f"{log}.2").write_bytes(lines(1, 2))
        (folder / log).chmod(0o640)

    assert purge_logs(noon(5)) == 4 * 4

    expected = {log: lines(5, 6) for log in LOGS}
    expected |= {f"{log}.1": lines(6) for log in LOGS}
    assert files_in(folder) == expected | {f"{log}.2": b"" for log in LOGS}
    assert {mode_of(folder / log) for log in LOGS} == {0o640}


@pytest.mark.parametrize(("later", "left"), [(timedelta(0), 1), (MICROSECOND, 0)])
def test_what_occurred_at_the_cutoff_stays_and_a_microsecond_before_it_goes(folder, later, left):
    (folder / LOGS[0]).write_bytes(lines(5))

    purge_logs(noon(5) + later)

    assert len(events_of(folder / LOGS[0])) == left


def test_what_tells_of_no_moment_stays(folder):
    junk = [b"not ours\n", b"\xff\0\n", b'{"id": 1, "occ\n', b"\n", b'{"occurred_at": 5}']
    name = {"entity_name": f'"occurred_at": "{noon(1).isoformat()}"'}
    (folder / LOGS[0]).write_bytes(lines(1) + lines(6, metadata=name) + b"".join(junk))

    assert purge_logs(noon(5)) == 1

    assert (folder / LOGS[0]).read_bytes() == lines(6, metadata=name) + b"".join(junk)


def test_where_nothing_is_older_no_file_is_touched(folder):
    for name in (LOGS[0], f"{LOGS[0]}.1", LOGS[3]):
        (folder / name).write_bytes(lines(5, 6))
    before = [(path, path.stat().st_ino, path.stat().st_mtime_ns) for path in sorted(folder.iterdir())]

    assert purge_logs(noon(5)) == 0

    assert [(path, path.stat().st_ino, path.stat().st_mtime_ns) for path in sorted(folder.iterdir())] == before


def test_lines_of_children_that_are_left_stay(folder):
    log = folder / LOGS[0]
    log.write_bytes(lines(1, child_id=2) + lines(2, child_id=3) + lines(3, child_id=2))

    assert purge_logs(noon(5), but=[2]) == 1

    assert log.read_bytes() == lines(1, child_id=2) + lines(3, child_id=2)


@pytest.mark.parametrize("name", ["server.log", "old.log.1", "tracking_user_7.log.gz", "draft.txt"])
def test_files_of_others_are_left_alone(folder, name):
    (folder / name).write_bytes(lines(1))
    (folder / "archive.log").mkdir()

    assert purge_logs(noon(5)) == 0

    assert (folder / name).read_bytes() == lines(1)


def test_without_a_folder_there_is_nothing_to_purge(settings):
    assert purge_logs(noon(5)) == 0


def test_where_there_is_no_room_for_drafts_no_log_is_changed(settings, tmp_path):
    with small_disk(tmp_path / "disk", "64k") as disk:
        settings.LOG_DIR = disk
        (disk / LOGS[0]).write_bytes(lines(*[6] * 30, 1))
        (disk / f"{LOGS[0]}.1").write_bytes(lines(1))
        with full(disk):
            before = files_in(disk)

            with pytest.raises(OSError, match="No space left"):
                purge_logs(noon(5))

            assert files_in(disk) == before
