"""Real servers in processes of their own."""

import random
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event

from django.conf import settings

from tracking.tests.installation import PATIENCE, Installation


class Server:
    """A uvicorn that can be killed, and started again at the same address."""

    def __init__(self, installation: Installation) -> None:
        self.installation, self.port = installation, free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.log = installation.data / f"server-{self.port}.log"
        self.is_up = Event()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Return once it answers."""
        self.launch()
        self._wait()
        self.is_up.set()

    def launch(self) -> None:
        command = [sys.executable, "-m", "uvicorn", "chore_project.asgi:application", f"--port={self.port}"]
        with self.log.open("a") as output:
            self.process = subprocess.Popen(
                [*command, "--timeout-graceful-shutdown=5"],
                cwd=settings.BASE_DIR,
                env=self.installation.environment,
                stdout=output,
                stderr=output,
            )

    def kill(self) -> None:
        """As `kill -9` does: it has no say in it."""
        self.is_up.clear()
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def stop(self) -> None:
        self.is_up.clear()
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(timeout=PATIENCE)
            finally:
                self.kill()

    def _wait(self) -> None:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            assert self.process and self.process.poll() is None, self.log.read_text()
            try:
                with urllib.request.urlopen(f"{self.address}/healthz", timeout=1):
                    return
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.02)
        raise AssertionError(f"no answer from {self.address}: {self.log.read_text()}")


@contextmanager
def running(installation: Installation) -> Iterator[Server]:
    """Run a server, which answers when the block begins."""
    server = Server(installation)
    try:
        server.start()
        yield server
    finally:
        server.stop()


@contextmanager
def serve(installation: Installation) -> Iterator[str]:
    """Run a server, and yield its address."""
    with running(installation) as server:
        yield server.address


def free_port() -> int:
    """Below those that the system hands out: while a server is down, nobody must be given its port."""
    while True:
        port = random.randrange(10_000, 32_000)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
