"""Appending and rotating: nothing is lost, torn or doubled, also at the moments at which writers meet, held with real locks."""

import fcntl
import os
import re
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import get_ident
from time import monotonic, sleep

import pytest

from tracking import log_file
from tracking.tests.faults.disks import CHUNK, full, small_disk
from tracking.tests.racing import PATIENCE

pytestmark = pytest.mark.once


@pytest.fixture
def log(tmp_path):
    return tmp_path / "some.log"


def files_of(log):
    """What is in the files of a log, by their suffix."""
    return {path.name.removeprefix(log.name): path.read_bytes().decode() for path in log.parent.glob(f"{log.name}*")}


def lines_of(log):
    """All lines that were kept, the oldest first."""
    files = sorted(files_of(log).items(), key=lambda file: -int(file[0][1:] or 0))
    return [line for _, text in files for line in text.splitlines()]


@contextmanager
def held(log, how=fcntl.LOCK_EX):
    """Lock the file as another process would, and yield it."""
    with log.open("ab") as file:
        fcntl.flock(file, how)
        yield file


_waiting = set()


@pytest.fixture(autouse=True)
def _who_waits(monkeypatch):
    """Note the threads that wait for a lock, and let them wait as long as a test needs."""

    def note(seconds):
        _waiting.add(get_ident())
        sleep(seconds)

    _waiting.clear()
    monkeypatch.setattr(log_file, "sleep", note)
    monkeypatch.setattr(log_file, "WAIT", PATIENCE)


def wait_for(waiting, *, or_until=lambda: False):
    """Return once so many threads of this process have come to wait for a lock."""
    deadline = monotonic() + PATIENCE
    while not or_until() and len(_waiting) + _blocked() < waiting:
        assert monotonic() < deadline, "nobody waits"
        sleep(0.001)


def _blocked():
    """Who rebuilds waits in the kernel."""
    return len(re.findall(rf"-> FLOCK .* {os.getpid()} ", Path("/proc/locks").read_text()))


def test_an_act_does_not_wait_for_ever_for_somebody_elses_lock(log, monkeypatch):
    monkeypatch.setattr(log_file, "WAIT", 0)
    log.touch()

    with held(log), pytest.raises(BlockingIOError):
        log_file.append(log, b"late\n")

    assert files_of(log) == {"": ""}


# Rotation


@pytest.mark.parametrize(("size", "before"), [(10, "12345\n678\n"), (11, "12345\n678\n9\n")])
def test_a_file_that_has_reached_its_size_becomes_the_first_backup(log, size, before):
    for line in (b"12345\n", b"678\n", b"9\n", b"0\n"):
        log_file.append(log, line, size=size, backups=5)

    files = files_of(log)
    assert files[".1"] == before
    assert before + files[""] == "12345\n678\n9\n0\n"
    assert files.keys() == {"", ".1"}


@pytest.mark.parametrize("backups", [0, 1, 3])
def test_so_many_backups_are_kept_and_the_oldest_goes(log, backups):
    for number in range(6):
        log_file.append(log, b"%d\n" % number, size=1, backups=backups)

    names = ["", *(f".{number}" for number in range(1, backups + 1))]
    assert files_of(log) == {name: f"{5 - age}\n" for age, name in enumerate(names)}


def test_threads_lose_and_double_nothing(log):
    def write(thread):
        for number in range(300):
            log_file.append(log, b"%d %d\n" % (thread, number), size=500, backups=100)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(write, range(6)))

    assert Counter(lines_of(log)) == Counter(f"{thread} {number}" for thread in range(6) for number in range(300))
    assert all(500 <= len(text) < 560 for name, text in files_of(log).items() if name)


def test_what_is_kept_of_one_writer_has_no_hole(log):
    for number in range(1000):
        log_file.append(log, b"%d\n" % number, size=100, backups=3)

    kept = [*map(int, lines_of(log))]
    assert kept == [*range(1000 - len(kept), 1000)]
    assert len(kept) > 75


def test_a_rotation_that_was_killed_half_way_costs_nothing_more(log):
    """It had made room for the newest file; the next one needs no more."""
    for name, text in {"": "4\n", ".2": "3\n", ".3": "2\n"}.items():
        log.with_name(f"{log.name}{name}").write_text(text)

    log_file.append(log, b"5\n", size=1, backups=3)

    assert files_of(log) == {"": "5\n", ".1": "4\n", ".2": "3\n", ".3": "2\n"}


# Who waits for the lock meanwhile


def test_who_opened_a_file_before_it_was_rotated_writes_to_the_new_one(log):
    with ThreadPoolExecutor(1) as pool:
        with held(log) as file:
            writer = pool.submit(log_file.append, log, b"late\n", size=10, backups=2)
            wait_for(1)
            os.write(file.fileno(), b"up to its size\n")
            log.rename(f"{log}.1")
        writer.result()

    assert files_of(log) == {".1": "up to its size\n", "": "late\n"}


def test_of_two_who_want_to_rotate_one_does(log):
    log.write_bytes(b"full\n")

    with ThreadPoolExecutor(2) as pool:
        with held(log, fcntl.LOCK_SH):
            writers = [pool.submit(log_file.append, log, line, size=5, backups=5) for line in (b"a\n", b"b\n")]
            wait_for(2)
        for writer in writers:
            writer.result()

    assert files_of(log).keys() == {"", ".1"}
    assert lines_of(log)[0] == "full"
    assert sorted(lines_of(log)[1:]) == ["a", "b"]


def test_it_is_asked_after_rotation_whether_a_line_is_refused(log):
    """Before the new file is made, and when nobody can rotate it any more."""
    asked = []

    def is_refused(*_):
        asked.append(files_of(log))
        return len(asked) == 3

    log.write_bytes(b"full\n")
    for line in (b"a\n", b"b\n"):
        log_file.append(log, line, size=5, backups=1, unless=is_refused)

    assert asked == [{".1": "full\n"}, {".1": "full\n", "": ""}, {".1": "full\n", "": "a\n"}]
    assert files_of(log) == asked[-1]


def test_for_a_line_that_is_refused_no_file_is_made(log):
    log_file.append(log, b"refused\n", unless=lambda: True)

    assert files_of(log) == {}


def test_who_waits_while_a_file_is_removed_and_is_refused_then_makes_no_other(log):
    log.write_bytes(b"before\n")
    with ThreadPoolExecutor(1) as pool:
        with held(log) as file:
            writer = pool.submit(log_file.append, log, b"late\n", unless=lambda: not log.exists())
            wait_for(1)
            log_file.mark_replaced(file.fileno())
            log.unlink()
        writer.result()

    assert files_of(log) == {}


# Files that are needed no longer


@pytest.mark.parametrize(("text", "left"), [("", {}), ("before\n", {"": "before\n"})])
def test_a_file_is_removed_if_it_is_empty(log, text, left):
    log.write_text(text)

    log_file.remove_empty(log)

    assert files_of(log) == left


def test_where_there_is_none_none_is_made(log):
    log_file.remove_empty(log)

    assert files_of(log) == {}


def test_who_opened_an_empty_file_before_it_was_removed_writes_to_a_new_one(log, monkeypatch):
    def let_a_writer_wait(file):
        writers.append(pool.submit(log_file.append, log, b"late\n"))
        wait_for(1)
        mark_replaced(file)

    log.touch()
    writers, mark_replaced = [], log_file.mark_replaced
    monkeypatch.setattr(log_file, "mark_replaced", let_a_writer_wait)
    with ThreadPoolExecutor(1) as pool:
        log_file.remove_empty(log)
        writers[0].result()

    assert files_of(log) == {"": "late\n"}


def test_a_file_that_came_in_place_of_an_empty_one_stays(log):
    log.touch()
    with ThreadPoolExecutor(1) as pool:
        with held(log):
            remover = pool.submit(log_file.remove_empty, log)
            wait_for(1)
            log.rename(f"{log}.1")
            log.write_text("after\n")
        remover.result()

    assert files_of(log) == {".1": "", "": "after\n"}


# Half lines


def test_a_line_after_half_a_line_of_a_killed_writer_is_whole(log):
    log.write_bytes(b"before\nhalf a li")

    log_file.append(log, b"after\n")

    assert {"before", "after"} <= {*lines_of(log)} <= {"before", "half a li", "after"}


@pytest.fixture
def nearly_full(tmp_path):
    """A log on a small disk, with room for 3 bytes in what it has of it."""
    with small_disk(tmp_path / "disk", "64k") as disk:
        log_file.append(disk / "some.log", b"before" * (CHUNK // 6) + b"\n")
        yield disk / "some.log"


def test_a_line_after_half_a_line_on_a_full_disk_is_whole(nearly_full):
    with ThreadPoolExecutor(2) as pool:
        with held(nearly_full, fcntl.LOCK_SH):
            with full(nearly_full.parent):
                pool.submit(log_file.append, nearly_full, b"first\n")
                wait_for(1)
            second = pool.submit(log_file.append, nearly_full, b"second\n")
            wait_for(2, or_until=second.done)
        second.result()

    assert "second" in lines_of(nearly_full)
    assert {*lines_of(nearly_full)[1:]} <= {"first", "fir", "second"}


def test_a_line_that_is_about_to_be_written_after_half_a_line_is_whole(nearly_full):
    """Before it is, all files may have been searched for it: time enough for somebody else's half."""

    def be_slow(*_):
        with full(nearly_full.parent):
            pool.submit(log_file.append, nearly_full, b"first\n")
            wait_for(1)
        return False

    with ThreadPoolExecutor(1) as pool:
        log_file.append(nearly_full, b"second\n", unless=be_slow)

    assert "second" in lines_of(nearly_full)
    assert {*lines_of(nearly_full)[1:]} <= {"first", "fir", "second"}


# Settings

SCRIPT = """
import django
django.setup()
from tracking import audit_log
from tracking.tests.factories import build_event
for number in range(20):
    audit_log.write(audit_log.prepare(build_event(id=number)))
"""


@pytest.fixture
def write_20_events(settings, tmp_path):
    """Return a function that starts a process with these variables, which writes them to the log of the system."""

    def write(**variables):
        ours = ("CHORE_", "DATABASE_", "REDIS_", "WEB_CONCURRENCY")
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        usual = {"CHORE_DATA_DIR": str(tmp_path / "data"), "DJANGO_SETTINGS_MODULE": "chore_project.settings"}
        environment = {**inherited, **usual, **variables}
        subprocess.run([sys.executable, "-c", SCRIPT], env=environment, cwd=settings.BASE_DIR, check=True)

    return write


def test_the_folder_the_size_and_the_backups_are_settings(write_20_events, tmp_path):
    folder = tmp_path / "elsewhere"

    write_20_events(CHORE_LOG_DIR=str(folder), CHORE_AUDIT_LOG_BYTES="1000", CHORE_AUDIT_LOG_BACKUPS="2")

    files = files_of(folder / "tracking_system.log")
    assert files.keys() == {"", ".1", ".2"}
    assert all(1000 <= len(files[name]) < 1500 for name in (".1", ".2"))
    assert not (tmp_path / "data" / "logs").exists()


def test_without_settings_the_log_is_in_the_data_folder(write_20_events, tmp_path):
    write_20_events()

    files = files_of(tmp_path / "data" / "logs" / "tracking_system.log")
    assert [len(text.splitlines()) for text in files.values()] == [20]
