"""Several processes write and rotate one log at once: within what is kept no line is lost, torn or doubled."""

import json
import os
import re
import subprocess
import sys
from collections import Counter
from contextlib import contextmanager
from itertools import pairwise
from time import monotonic, sleep

import pytest
from django.conf import settings

from tracking.tests.factories import build_event
from tracking.tests.installation import PATIENCE
from tracking.tests.test_log_file import files_of, lines_of

pytestmark = pytest.mark.once

SIZE = 50_000
LINES = 40_000
LONGEST = 120
LINE = re.compile(r"(\d+) (\d+) (x*)")

WRITER = """
import sys
from pathlib import Path
from tracking import log_file

name, lines, log, size, backups = sys.argv[1:]
print("ready", flush=True)
sys.stdin.readline()
for number in range(int(lines)):
    line = f"{name} {number} {'x' * (number % 100)}\\n".encode()
    log_file.append(Path(log), line, size=int(size), backups=int(backups))
"""

TELLER = """
import sys
import django
django.setup()
from tracking import audit_log
from tracking.tests.factories import build_event

first, last = map(int, sys.argv[1:])
print("ready", flush=True)
sys.stdin.readline()
for number in range(first, last):
    audit_log.write(audit_log.prepare(build_event(id=number)))
assert audit_log.failures.count == 0
"""


@contextmanager
def processes(script, arguments, **environment):
    """Run the script with each of the arguments; all begin at once. At the end none is left."""
    command = [sys.executable, "-c", script]
    running = [
        subprocess.Popen(
            [*command, *map(str, each)],
            cwd=settings.BASE_DIR,
            env={**os.environ, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for each in arguments
    ]
    try:
        for process in running:
            assert process.stdout.readline() == "ready\n"
        for process in running:
            process.stdin.write("go\n")
            process.stdin.flush()
        yield running
    finally:
        for process in running:
            process.kill()
            process.communicate()


def finish(running):
    for process in running:
        assert process.wait(PATIENCE) == 0


def is_whole(line):
    match = LINE.fullmatch(line)
    return match is not None and len(match[3]) == int(match[2]) % 100


def numbers_by_writer(lines):
    """The numbers of the lines of each writer, in their order; all must be whole."""
    numbers = {}
    for line in lines:
        assert is_whole(line), line
        name, number, _ = line.split(" ")
        numbers.setdefault(int(name), []).append(int(number))
    return numbers


def assert_files_keep_their_size(log, writers, backups):
    files = files_of(log)
    rotated = [text for name, text in files.items() if name]
    assert len(rotated) <= backups
    assert all(SIZE <= len(text) < SIZE + writers * LONGEST for text in rotated)
    assert len(files[""]) < SIZE + writers * LONGEST


@pytest.fixture
def log(tmp_path):
    return tmp_path / "some.log"


@pytest.mark.parametrize("writers", [2, 8])
def test_with_enough_backups_each_line_is_there_once(log, writers):
    lines = LINES // writers

    with processes(WRITER, [(name, lines, log, SIZE, 100) for name in range(writers)]) as running:
        finish(running)

    assert numbers_by_writer(lines_of(log)) == {name: [*range(lines)] for name in range(writers)}
    assert_files_keep_their_size(log, writers, 100)


@pytest.mark.parametrize(("writers", "backups"), [(2, 3), (8, 3), (8, 0)])
def test_with_few_backups_what_is_left_of_each_has_no_hole_up_to_its_last_line(log, writers, backups):
    lines = LINES // writers

    with processes(WRITER, [(name, lines, log, SIZE, backups) for name in range(writers)]) as running:
        finish(running)

    left = numbers_by_writer(lines_of(log))
    for numbers in left.values():
        assert numbers == [*range(lines - len(numbers), lines)]
    assert left
    assert_files_keep_their_size(log, writers, backups)


def test_the_audit_log_has_each_event_once(tmp_path):
    ends = [0, 500, 1000, 1500]
    limits = {"CHORE_AUDIT_LOG_BYTES": "20000", "CHORE_AUDIT_LOG_BACKUPS": "100"}
    here = {"CHORE_LOG_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "chore_project.settings"}

    with processes(TELLER, pairwise(ends), **here, **limits) as running:
        finish(running)

    told = [json.loads(line) for line in lines_of(tmp_path / "tracking_system.log")]
    assert Counter(event["id"] for event in told) == Counter(range(1500))
    assert all(event == {**build_event().to_dict(), "id": event["id"]} for event in told)


@pytest.mark.parametrize("round_", range(3))
def test_after_kill_9_of_a_writer_the_others_go_on(log, round_):
    others = [(name, 8000, log, SIZE, 200) for name in (1, 2)]

    with processes(WRITER, [(0, 10**9, log, SIZE, 200), *others]) as (victim, *rest):
        wait_for_backups(log, 3 * round_ + 1)
        victim.kill()
        finish(rest)

    numbers = numbers_by_writer(line for line in lines_of(log) if is_whole(line))
    told = numbers.pop(0)
    assert numbers == {name: [*range(8000)] for name in (1, 2)}
    assert told == [*range(len(told))]
    halves = [line for line in lines_of(log) if not is_whole(line)]
    assert len(halves) <= 1 and all(
        f"{half} ".startswith("0 ") for half in halves
    )  # the kernel may write half of its last
    assert_files_keep_their_size(log, 3, 200)


def wait_for_backups(log, count):
    deadline = monotonic() + PATIENCE
    while not log.with_name(f"{log.name}.{count}").exists():
        assert monotonic() < deadline
        sleep(0.001)
