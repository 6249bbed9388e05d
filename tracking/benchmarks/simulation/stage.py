"""The servers that are measured: one process for everything; on PostgreSQL, where there is Redis, a WSGI worker and an ASGI process."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from subprocess import DEVNULL, Popen
from tempfile import TemporaryDirectory
from typing import NamedTuple

from redis import Redis, RedisError

from tracking.benchmarks.crowd import Home
from tracking.benchmarks.simulation.meter import Meter
from tracking.tests.installation import Installation, installed
from tracking.tests.live import GUNICORN, Server, free_port, running, wait_until

PATIENCE = 600  # seconds
FILL = "import json; from tracking.benchmarks.simulation.filling import fill; print(json.dumps(fill()))"


class Stage(NamedTuple):
    """`requests` serves all but the streams; both may be the same server."""

    installation: Installation
    homes: list[Home]
    bytes: dict[str, dict[str, float]]
    requests: Server
    streams: Server

    @property
    def is_one_process(self) -> bool:
        return self.requests is self.streams

    def bytes_of_a_line(self) -> float:
        """Of the audit log, as what was done until now is told there."""
        text = b"".join(log.read_bytes() for log in self.installation.data.glob("logs/tracking_*.log"))
        return len(text) / text.count(b"\n")

    def meter(self, server: Server) -> Meter:
        assert server.process is not None
        return Meter(server.process.pid, self.installation.database_url.rpartition("/")[2])


@contextmanager
def stage() -> Iterator[Stage]:
    with TemporaryDirectory() as folder, installed(Path(folder, "data")) as installation:
        filled = installation.tell(FILL, patience=PATIENCE)
        with _serving(installation, Path(folder, "redis")) as (requests, streams):
            yield Stage(installation, [Home(*home) for home in filled["homes"]], filled["bytes"], requests, streams)


@contextmanager
def _serving(installation: Installation, folder: Path) -> Iterator[tuple[Server, Server]]:
    if installation.database_url and shutil.which("redis-server"):
        with _redis(folder) as address:
            joined = installation.with_variables(REDIS_URL=address, CHORE_PROCESSES="2")
            with running(joined, GUNICORN) as requests, running(joined) as streams:
                yield requests, streams
    else:
        with running(installation) as server:
            yield server, server


@contextmanager
def _redis(folder: Path) -> Iterator[str]:
    """Run one that keeps nothing, and yield its address."""
    folder.mkdir()
    port = free_port()
    where = ["--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder)]
    with Popen(["redis-server", *where, "--save", "", "--appendonly", "no"], stdout=DEVNULL) as server:  # noqa: S607
        try:
            wait_until(lambda: _answers(port), "an answer of Redis")
            yield f"redis://127.0.0.1:{port}"
        finally:
            server.kill()


def _answers(port: int) -> bool:
    with suppress(RedisError), Redis(port=port) as client:
        return bool(client.ping())
    return False
