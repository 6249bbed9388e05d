"""A real server in a process of its own, on a data folder of its own."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

PATIENCE = 30  # seconds until it must be up


@dataclass(frozen=True)
class Installation:
    """An installation as an operator has it: a data folder with SQLite, and commands run beside it."""

    data: Path

    @property
    def environment(self) -> dict[str, str]:
        ours = {"CHORE_DATA_DIR": str(self.data), "DJANGO_SETTINGS_MODULE": "chore_project.settings"}
        return {name: value for name, value in os.environ.items() if name != "DATABASE_URL"} | ours

    def manage(self, *arguments: str, script: str | None = None) -> str:
        """Run a command of manage.py, which may read `script`, and return what it printed."""
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(
            command, cwd=settings.BASE_DIR, env=self.environment, input=script, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@contextmanager
def serve(installation: Installation) -> Iterator[str]:
    """Run uvicorn, and yield the address once it answers."""
    port = _free_port()
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "uvicorn", "chore_project.asgi:application", "--port", str(port)]
    log = installation.data / "server.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            command, cwd=settings.BASE_DIR, env=installation.environment, stdout=output, stderr=output
        )
        try:
            _wait(process, f"{address}/healthz", log)
            yield address
        finally:
            process.terminate()
            process.wait(timeout=PATIENCE)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait(process: subprocess.Popen, url: str, log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        assert process.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.05)
    raise AssertionError(f"no answer from {url}: {log.read_text()}")
