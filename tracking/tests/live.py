"""Real servers in processes of their own."""

import json
import random
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event
from typing import Any
from uuid import uuid4

from django.conf import settings

from children.tests.factories import PASSWORD
from tracking.tests.installation import PATIENCE, Installation

PLAIN_UVICORN = ("-m", "uvicorn", "chore_project.asgi:application", "--port={port}")
UVICORN = (*PLAIN_UVICORN, "--timeout-graceful-shutdown=5")
SERVE = ("manage.py", "serve")
GUNICORN = (
    "-m",
    "gunicorn",
    "chore_project.wsgi:application",
    "--bind=127.0.0.1:{port}",
    "--no-control-socket",
    "--forwarder-headers=",
)


class Server:
    """A server, a uvicorn unless another command is named, that can be killed, and started again at the same address."""

    def __init__(self, installation: Installation, command: Sequence[str] = UVICORN) -> None:
        self.installation, self.command, self.port = installation, command, free_port()
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
        command = [sys.executable, *(part.format(port=self.port) for part in self.command)]
        environment = self.installation.environment | {"CHORE_PORT": str(self.port)}
        with self.log.open("a") as output:
            self.process = subprocess.Popen(
                command, cwd=settings.BASE_DIR, env=environment, stdout=output, stderr=output
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

    def ask(self, method: str, path: str, token: str, body: Any = None) -> Any:
        """Ask the API, and return what it told. Raises HTTPError for a refusal."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        headers["Content-Type"] = "application/json"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.address}/api/v1/{path}", data, headers, method=method)
        with urllib.request.urlopen(request, timeout=PATIENCE) as response:
            return json.loads(response.read() or "null")

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


@dataclass(frozen=True)
class Person:
    """Somebody with a login of their own: a parent by the id of the user, a child by that of the child."""

    id: int
    username: str
    token: str


def move_in(server: Server, token: str, where: str) -> Person:
    """Have the family of a parent's token grow by one of its `parents` or `children`, who logs in."""
    username = uuid4().hex
    body = {"username": username, "password": PASSWORD} | ({"name": "Ralph"} if where == "children" else {})
    return Person(server.ask("POST", f"{where}/", token, body)["id"], username, log_in(server, username))


def log_in(server: Server, username: str) -> str:
    """Return a new token."""
    told = server.ask("POST", "auth/login/", "", {"username": username, "password": PASSWORD})
    return str(told["token"])


@contextmanager
def running(installation: Installation, command: Sequence[str] = UVICORN) -> Iterator[Server]:
    """Run a server, which answers when the block begins."""
    server = Server(installation, command)
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


def wait_until(condition: Callable[[], Any], what: str, patience: float = PATIENCE) -> None:
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not in {patience} s"
        time.sleep(0.02)


def free_port() -> int:
    """Below those that the system hands out: while a server is down, nobody must be given its port."""
    while True:
        port = random.randrange(10_000, 32_000)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
