"""500 streams on 125 channels while families act: how late events arrive, what that costs, beside django-eventstream's own generator."""

import asyncio
import os
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from typing import NamedTuple

from django.db import connections

from tracking.benchmarks.crowd import Home, Seen, act, streaming, wait_for
from tracking.benchmarks.measured import Bound, Row
from tracking.benchmarks.report import Report
from tracking.tests.installation import installed
from tracking.tests.live import UVICORN, Server, running

FAMILIES, STREAMS = 125, 500
ACTS, PER_SECOND = 300, 20
PACE = {"acts": ACTS, "per_second": PER_SECOND}

# Theirs holds a connection to the database for each stream: a process has ten to PostgreSQL, which has a hundred in all.
THEIRS = tuple(part.replace("chore_project.asgi", "tracking.benchmarks.eventstream_server") for part in UVICORN)
SERVERS: dict[str, list[tuple[str, ...]]] = {"sqlite": [UVICORN, THEIRS], "postgresql": [UVICORN]}
UNITS = {
    "p50": "ms",
    "p99": "ms",
    "CPU per act": "ms",
    "CPU per message": "ms",
    "idle CPU": "%",
    "memory per stream": "KiB",
    "lost": "messages",
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


class Cost(NamedTuple):
    cpu: float  # seconds that the server has worked
    memory: int  # KiB that it holds


def run(report: Report) -> None:
    told = []
    with TemporaryDirectory() as folder, installed(Path(folder, "data")) as installation:
        homes = [Home(*home) for home in installation.tell(SCRIPT)]
        for command in SERVERS[connections["default"].vendor]:
            with running(installation, command) as server:
                told.append(asyncio.run(_measure(server, homes)))
    ours, *theirs = told
    rows = [
        Row(
            name,
            [value],
            [other[name] for other in theirs],
            Bound(0, of_ratio=False) if name == "lost" else None,
            unit=UNITS[name],
        )
        for name, value in ours.items()
    ]
    sizes = {"streams": STREAMS, "channels": FAMILIES, "acts": ACTS, "acts_a_second": PER_SECOND}
    report.add("Stream", rows, beside="django-eventstream's generator" if theirs else "", **sizes)


async def _measure(server: Server, homes: list[Home]) -> dict[str, float]:
    await act(server, homes, **PACE)  # it warms up
    before = _cost(server)
    await act(server, homes, **PACE)
    alone, seen = _cost(server), Seen()
    async with streaming(server, homes, seen, streams=STREAMS):
        await asyncio.sleep(ACTS / PER_SECOND)
        opened = _cost(server)
        await asyncio.sleep(ACTS / PER_SECOND)
        idle = _cost(server)
        await act(server, homes, **PACE)
        messages = ACTS * STREAMS // FAMILIES
        lost = messages - await wait_for(seen, messages)
        acted = _cost(server)
    cuts = quantiles(seen.latencies, n=100)
    acting, keeping = alone.cpu - before.cpu, idle.cpu - opened.cpu
    return {
        "p50": cuts[49],
        "p99": cuts[98],
        "CPU per act": 1000 * acting / ACTS,
        "CPU per message": 1000 * (acted.cpu - idle.cpu - keeping - acting) / messages,
        "idle CPU": 100 * keeping / (ACTS / PER_SECOND),
        "memory per stream": (opened.memory - alone.memory) / STREAMS,
        "lost": lost,
    }


def _cost(server: Server) -> Cost:
    """Read what the server's process has used, from Linux's /proc."""
    assert server.process is not None
    process = Path("/proc", str(server.process.pid))
    worked = process.joinpath("stat").read_text().rpartition(")")[2].split()[11:13]
    (memory,) = (
        line.split()[1] for line in process.joinpath("status").read_text().splitlines() if line.startswith("VmRSS")
    )
    return Cost(sum(map(int, worked)) / os.sysconf("SC_CLK_TCK"), int(memory))
