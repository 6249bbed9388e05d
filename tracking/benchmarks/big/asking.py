"""An installation that is asked for pages, in a process of its own, so that several can be asked in turn."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from subprocess import PIPE, Popen

from django.conf import settings

from tracking.tests.installation import Installation


@dataclass(frozen=True)
class Answer:
    """`took` milliseconds; `statements` are what it asked the database, with the milliseconds of each, if that was wanted."""

    status: int
    took: float
    body: str
    statements: list[tuple[str, float]]


@dataclass(frozen=True)
class Asked:
    process: "Popen[str]"

    def get(self, path: str, *, is_explained: bool = False) -> Answer:
        """Ask as the admin, and read all of the answer. Raises RuntimeError for any but a good one."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"path": path, "is_explained": is_explained}) + "\n")
        self.process.stdin.flush()
        answer = Answer(**json.loads(self.process.stdout.readline()))
        if answer.status != 200:
            raise RuntimeError(f"{answer.status}: {path}")
        return answer


@contextmanager
def asking(installation: Installation) -> Iterator[Asked]:
    command = [sys.executable, "-m", "tracking.benchmarks.big.site"]
    environment = installation.environment
    with Popen(command, cwd=settings.BASE_DIR, env=environment, stdin=PIPE, stdout=PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield Asked(process)
