"""A Redis of one's own, to be stopped and frozen: never the machine's."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from redis import Redis, RedisError

from tracking.tests.installation import PATIENCE
from tracking.tests.live import free_port, wait_until

CHANNEL = "events_channel"


class RedisServer:
    """It keeps nothing, and comes back at the same address."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Return once it answers."""
        where = [
            f"--port {self.port}",
            "--bind 127.0.0.1",
            f"--dir {self.folder}",
            f"--logfile {self.folder}/redis.log",
        ]
        choices = " ".join([*where, "--appendonly no"]).split()
        self.process = subprocess.Popen([find(), *choices, "--save", ""])
        wait_until(self._answers, "an answer")

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()  # frozen, it would not hear anything politer
            self.process.wait()
            self.process = None

    def restart(self) -> None:
        self.stop()
        self.start()

    def freeze(self) -> None:
        """It still takes connections, and never answers."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def publish(self, message: bytes) -> None:
        with closing(self._client()) as client:
            client.publish(CHANNEL, message)

    def wait_for_listeners(self, count: int) -> None:
        """Wait until so many processes listen to what is published."""
        wait_until(lambda: self.listeners() == count, f"{count} listeners")

    def listeners(self) -> int:
        with closing(self._client()) as client:
            return int(client.pubsub_numsub(CHANNEL)[0][1])

    def publications(self) -> int:
        """How often something was published since it started."""
        with closing(self._client()) as client:
            return int(client.info("commandstats").get("cmdstat_publish", {"calls": 0})["calls"])

    def _answers(self) -> bool:
        assert self.process and self.process.poll() is None, (self.folder / "redis.log").read_text()
        try:
            with closing(self._client()) as client:
                return bool(client.ping())
        except RedisError:
            return False

    def _client(self) -> Redis:
        return Redis(port=self.port, socket_timeout=PATIENCE, retry=None)

    def _signal(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)


@contextmanager
def redis_server(folder: Path) -> Iterator[RedisServer]:
    """Run one with its files in `folder`. Skips where there is no Redis; fails in CI."""
    find()
    folder.mkdir(parents=True, exist_ok=True)
    server = RedisServer(folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()


def find() -> str:
    found = shutil.which("redis-server")
    if found is None:
        assert os.environ.get("CI") != "true", "CI needs redis-server"
        pytest.skip("needs redis-server")
    return found
