"""Families that act, and streams that listen, over plain sockets: the clients must cost less than the server."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import cycle, islice
from typing import NamedTuple

from tracking.tests.live import Server

PATIENCE = 30  # seconds, after which what has not arrived is lost


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


async def act(server: Server, homes: list[Home], *, acts: int, per_second: int) -> None:
    """Have one family after another act, at an even pace."""
    loop = asyncio.get_running_loop()
    began, posts = loop.time(), []
    for number, home in enumerate(islice(cycle(homes), acts)):
        await asyncio.sleep(began + number / per_second - loop.time())
        posts.append(asyncio.create_task(_post(server, home)))
    await asyncio.gather(*posts)


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
async def streaming(server: Server, homes: list[Home], seen: Seen, *, streams: int) -> AsyncIterator[None]:
    """Open them all, and listen."""
    listening = [asyncio.create_task(_listen(server, home, seen)) for home in islice(cycle(homes), streams)]
    async with seen.changed:
        await asyncio.wait_for(seen.changed.wait_for(lambda: seen.opened == streams), PATIENCE)
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


async def wait_for(seen: Seen, messages: int) -> int:
    """Return how many of the messages have come in the end."""
    try:
        async with seen.changed:
            await asyncio.wait_for(seen.changed.wait_for(lambda: len(seen.latencies) >= messages), PATIENCE)
    except TimeoutError:
        pass
    return len(seen.latencies)
