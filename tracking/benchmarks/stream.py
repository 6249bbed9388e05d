"""500 streams on 125 channels while families act: how late events arrive, what that costs, beside django-eventstream's own generator."""

import asyncio
import os
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from typing import NamedTuple

from tracking.benchmarks.crowd import Home, Seen, act, streaming, wait_for
from tracking.benchmarks.table import print_table
from tracking.tests.installation import installed
from tracking.tests.live import UVICORN, Server, running

FAMILIES, STREAMS = 125, 500
ACTS, PER_SECOND = 300, 20
PACE = {"acts": ACTS, "per_second": PER_SECOND}

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
    return [
        *(f"{cuts[cut - 1]:.1f} ms" for cut in (50, 99)),
        f"{1000 * acting / ACTS:.1f} ms",
        f"{1000 * (acted.cpu - idle.cpu - keeping - acting) / messages:.2f} ms",
        f"{100 * keeping / (ACTS / PER_SECOND):.1f} %",
        f"{(opened.memory - alone.memory) / STREAMS:.0f} KiB",
        str(lost),
    ]


def _cost(server: Server) -> Cost:
    """Read what the server's process has used, from Linux's /proc."""
    assert server.process is not None
    process = Path("/proc", str(server.process.pid))
    worked = process.joinpath("stat").read_text().rpartition(")")[2].split()[11:13]
    (memory,) = (
        line.split()[1] for line in process.joinpath("status").read_text().splitlines() if line.startswith("VmRSS")
    )
    return Cost(sum(map(int, worked)) / os.sysconf("SC_CLK_TCK"), int(memory))
