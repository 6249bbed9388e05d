"""Processes that act in a house, each when it is told to."""

import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from subprocess import PIPE, Popen
from tempfile import TemporaryDirectory
from typing import NamedTuple

from django.conf import settings

from tracking.benchmarks.rounds import Measure
from tracking.tests.installation import Installation, installed

ACTS = 20  # a round
CHILDREN = 8
SCRIPT = f"""
from children.models import Family, Task, User
from children.services.children import create_child
from children.services.items import create_item

family = Family.objects.create(name="Lovelace", timezone="UTC")
parent = User.objects.create(username="parent", family=family)
for number in range({CHILDREN}):
    create_child(family=family, name=f"Ada {{number}}", by=parent)
create_item(model=Task, family=family, by=parent, name="Dishes", points=10)
print("[]")
"""


class Candidate(NamedTuple):
    """A module of `tracking.benchmarks.peers`."""

    peer: str
    acts: int = ACTS
    records: int = 1  # of each act
    kept: int = 0  # events from before
    only_on: str = ""


class Done(NamedTuple):
    ms: float  # the median act
    failed: int
    told: int  # records of who acted, since the beginning


class Worker:
    def __init__(self, process: "Popen[str]") -> None:
        self.process = process

    def start(self, acts: int) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{acts}\n")
        self.process.stdin.flush()

    def end(self) -> Done:
        """Wait until it has acted. Raises RuntimeError if it is gone."""
        assert self.process.stdout is not None
        if not (line := self.process.stdout.readline()):
            raise RuntimeError(f"A worker ended: {self.process.args!r}")
        return Done(**json.loads(line))

    def act(self, acts: int) -> Done:
        self.start(acts)
        return self.end()


@contextmanager
def house() -> Iterator[Installation]:
    """A family with children, a parent and a task, to be copied: nobody may use it."""
    with TemporaryDirectory() as folder, installed(Path(folder, "data")) as installation:
        installation.tell(SCRIPT)
        yield installation


@contextmanager
def watched(like: Installation, candidate: Candidate) -> Iterator[Installation]:
    """A copy of a house, with the tables of the one who watches it."""
    with TemporaryDirectory() as folder, installed(Path(folder, "data"), like=like) as installation:
        watched = installation.with_variables(
            DJANGO_SETTINGS_MODULE="tracking.benchmarks.peers.settings",
            CHORE_TEST_PEER=candidate.peer,
            CHORE_TEST_KEPT=str(candidate.kept),
            PGOPTIONS="-c synchronous_commit=on",  # as operators have it
        )
        watched.manage("migrate", "--run-syncdb", "--verbosity=0")
        yield watched


@contextmanager
def working(installation: Installation, *, door: str = "service", count: int = 1) -> Iterator[list[Worker]]:
    """So many of them, each for a child of its own."""
    with ExitStack() as stack:
        workers = []
        for child in range(count):
            command = [sys.executable, "-m", "tracking.benchmarks.peers.worker", door, str(child)]
            environment = installation.environment
            process = Popen(command, cwd=settings.BASE_DIR, env=environment, stdin=PIPE, stdout=PIPE, text=True)
            workers.append(Worker(stack.enter_context(process)))
        for worker in workers:
            worker.act(1)  # it is there, and has met its database
        yield workers


def measure_by(worker: Worker, candidate: Candidate) -> Measure:
    """Return what has the worker act, and tells the milliseconds of the median act.

    Raises RuntimeError if an act failed, or its peer did not record it: then it measures something else.
    """
    acted = 1  # as `working` had it do

    def measure() -> float:
        nonlocal acted
        acted += candidate.acts
        done = worker.act(candidate.acts)
        if done.failed or done.told != candidate.records * acted:
            raise RuntimeError(f"{candidate.peer} acted {acted} times: {done}")
        return done.ms

    return measure
