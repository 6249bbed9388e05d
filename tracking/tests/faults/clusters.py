"""A PostgreSQL of one's own, to be restarted and to run out of disk: never the machine's."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tracking.tests.installation import PATIENCE
from tracking.tests.live import free_port


class Cluster:
    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.database_url = f"postgres://postgres@127.0.0.1:{self.port}/postgres"

    def make(self) -> None:
        choices = ["--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-locale"]
        self._must("initdb", f"--pgdata={self.folder}/data", "--no-sync", "--wal-segsize=1", *choices)

    def start(self) -> None:
        self._control("start", "--options", f"-p {self.port} -k {self.folder} -h 127.0.0.1 -c fsync=off")

    def restart(self, mode: str) -> None:
        """Fast: who is connected is cut off. Immediate: it is killed, and recovers what was committed."""
        self._control("restart", f"--mode={mode}")

    def stop(self) -> None:
        if self.is_running():
            self._control("stop", "--mode=immediate")

    def revive(self) -> None:
        """Start it, if it gave up."""
        if not self.is_running():
            self.start()

    def is_running(self) -> bool:
        return self._run("pg_ctl", "status", f"--pgdata={self.folder}/data") == 0

    def _control(self, *arguments: str) -> None:
        self._must("pg_ctl", "--wait", f"--pgdata={self.folder}/data", f"--log={self.folder}/server.log", *arguments)

    def _must(self, program: str, *arguments: str) -> None:
        status = self._run(program, *arguments)
        assert status == 0, "".join(log.read_text() for log in sorted(self.folder.glob("*.log")))

    def _run(self, program: str, *arguments: str) -> int:
        # Into a file: a pipe would be inherited by the server, and not end before it.
        with (self.folder / "control.log").open("a") as output:
            command, where = [find(program), *arguments], {"cwd": self.folder, "stdout": output, "stderr": output}
            return subprocess.run(command, **where, **(_who() or {}), timeout=PATIENCE, check=False).returncode


@contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    """Run a cluster with its files in `folder`. Skips where there is no PostgreSQL to do so; fails in CI."""
    find("initdb")
    if _who():
        shutil.chown(folder, **_who())
    made = Cluster(folder)
    made.make()
    try:
        made.start()
        yield made
    finally:
        made.stop()


def find(program: str) -> str:
    """Where it is. Debian keeps those of the server away from PATH."""
    homes = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    found = shutil.which(program, path=os.pathsep.join([*map(str, homes), os.environ.get("PATH", "")]))
    if found is None or _who() is None:
        reason = f"needs {program} of PostgreSQL, and who may run it"
        assert os.environ.get("CI") != "true", reason
        pytest.skip(reason)
    return found


def _who() -> dict[str, str] | None:
    """As whom: PostgreSQL refuses to run as root. None where that user is not known."""
    if os.geteuid() != 0:
        return {}
    known = {user.pw_name for user in pwd.getpwall()}
    return {"user": "postgres", "group": "postgres"} if "postgres" in known else None
