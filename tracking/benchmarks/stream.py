"""500 streams on 125 channels while families act: how late events arrive, what that costs, beside django-eventstream's own generator."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from typing import NamedTuple

from tracking.benchmarks.table import print_table
from tracking.tests.installation import installed
from tracking.tests.live import UVICORN, Server, running

FAMILIES, STREAMS = 125, 500
ACTS, PER_SECOND = 300, 20
PATIENCE = 30  # seconds, after which what has not arrived is lost

SERVERS = {
    "Chore": UVICORN,
    "django-eventstream's": tuple(
        part.replace("chore_project.asgi", "tracking.benchmarks.eventstream_server") for part in UVICORN
    ),
}
SCRIPT = f"""
import json
from children.models import AuthToken, Family, Task, User
from children.services.children import create_child
from children.services.items import create_item

homes = []
for number in range({FAMILIES}):
    family = Family.objects.create(name=f"Family {{number}}", timezone="UTC")
    parent = User.objects.create(username=f"parent-{{number}}", family=family)
    child = create_child(family=family, name="Ada", by=parent)
    task = create_item(model=Task, family=family, by=parent, name="Dishes", points=10)
    homes.append([AuthToken.objects.create(parent)[1], child.pk, task.pk])
print(json.dumps(homes))
"""


class Home(NamedTuple):
    token: str
    child: int
    task: int


@dataclass
class Seen:
    """How late each event arrived, in milliseconds after `created_at`, so that its commit counts too."""

    latencies: list[float] = field(default_factory=list)
    opened: int = 0
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)


class Cost(NamedTuple):
    cpu: float  # seconds that the server has worked
    memory: int  # KiB that it holds


def run() -> None:
    rows = []
    with TemporaryDirectory() as folder, installed(Path(folder, "data")) as installation:
        homes = [Home(*home) for home in installation.tell(SCRIPT)]
        for name, command in SERVERS.items():
            with running(installation, command) as server:
                rows.append([name, *asyncio.run(_measure(server, homes))])
    on = "PostgreSQL" if installation.database_url else "SQLite"
    title = f"Stream on {on}: {STREAMS} streams on {FAMILIES} channels, {ACTS} acts, {PER_SECOND} a second"
    heading = ["p50", "p99", "CPU per act", "CPU per message", "idle CPU", "memory per stream", "lost"]
    print_table(title, ["generator", *heading], rows)


async def _measure(server: Server, homes: list[Home]) -> list[str]:
    await _act(server, homes)  # it warms up
    before = _cost(server)
    await _act(server, homes)
    alone, seen = _cost(server), Seen()
    async with _streams(server, homes, seen):
        await asyncio.sleep(ACTS / PER_SECOND)
        opened = _cost(server)
        await asyncio.sleep(ACTS / PER_SECOND)
        idle = _cost(server)
        await _act(server, homes)
        messages = ACTS * STREAMS // FAMILIES
        lost = messages - await _wait(seen, messages)
        streaming = _cost(server)
    cuts = quantiles(seen.latencies, n=100)
    acting, keeping = alone.cpu - before.cpu, idle.cpu - opened.cpu
    return [
        *(f"{cuts[cut - 1]:.1f} ms" for cut in (50, 99)),
        f"{1000 * acting / ACTS:.1f} ms",
        f"{1000 * (streaming.cpu - idle.cpu - keeping - acting) / messages:.2f} ms",
        f"{100 * keeping / (ACTS / PER_SECOND):.1f} %",
        f"{(opened.memory - alone.memory) / STREAMS:.0f} KiB",
        str(lost),
    ]


async def _act(server: Server, homes: list[Home]) -> None:
    """Have one family after another act, at an even pace."""
    loop = asyncio.get_running_loop()
    began, acts = loop.time(), []
    for number, home in enumerate(islice(cycle(homes), ACTS)):
        await asyncio.sleep(began + number / PER_SECOND - loop.time())
        acts.append(asyncio.create_task(_post(server, home)))
    await asyncio.gather(*acts)


async def _post(server: Server, home: Home) -> None:
    body = json.dumps({"child": home.child})
    path = f"POST /api/v1/tasks/{home.task}/activate/"
    lines = [
        *_headers(path, home),
        "Connection: close",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    ]
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write("\r\n".join([*lines, "", body]).encode())
    answer = await reader.read()
    writer.close()
    if b" 201 " not in answer.partition(b"\r\n")[0]:
        raise RuntimeError(answer.decode())


def _headers(request: str, home: Home) -> list[str]:
    return [f"{request} HTTP/1.1", "Host: 127.0.0.1", f"Authorization: Bearer {home.token}"]


@asynccontextmanager
async def _streams(server: Server, homes: list[Home], seen: Seen) -> AsyncIterator[None]:
    """Open them all, and listen."""
    listening = [asyncio.create_task(_listen(server, home, seen)) for home in islice(cycle(homes), STREAMS)]
    async with seen.changed:
        await asyncio.wait_for(seen.changed.wait_for(lambda: seen.opened == STREAMS), PATIENCE)
    yield
    for each in listening:
        each.cancel()
    await asyncio.gather(*listening, return_exceptions=True)


async def _listen(server: Server, home: Home, seen: Seen) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write("\r\n".join([*_headers("GET /api/v1/tracking/stream/", home), "", ""]).encode())
    try:
        async for line in reader:
            if line.startswith(b"event: stream-open"):
                seen.opened += 1
            elif line.startswith(b'data: {"id"'):
                written = datetime.fromisoformat(json.loads(line[6:])["created_at"])
                seen.latencies.append((datetime.now(UTC) - written).total_seconds() * 1000)
            else:
                continue
            async with seen.changed:
                seen.changed.notify_all()
    finally:
        writer.close()


async def _wait(seen: Seen, messages: int) -> int:
    """Return how many of the messages have come in the end."""
    try:
        async with seen.changed:
            await asyncio.wait_for(seen.changed.wait_for(lambda: len(seen.latencies) >= messages), PATIENCE)
    except TimeoutError:
        pass
    return len(seen.latencies)


def _cost(server: Server) -> Cost:
    """Read what the server's process has used, from Linux's /proc."""
    assert server.process is not None
    process = Path("/proc", str(server.process.pid))
    worked = process.joinpath("stat").read_text().rpartition(")")[2].split()[11:13]
    (memory,) = (
        line.split()[1] for line in process.joinpath("status").read_text().splitlines() if line.startswith("VmRSS")
    )
    return Cost(sum(map(int, worked)) / os.sysconf("SC_CLK_TCK"), int(memory))
