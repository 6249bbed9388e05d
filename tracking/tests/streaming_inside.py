"""Streams within the test's own process, driven step by step: each step waits for the one before, nothing is left to chance."""

import asyncio
import json
from collections.abc import Callable, Coroutine, Iterator
from contextlib import suppress
from functools import wraps
from time import monotonic
from typing import Any, NamedTuple

import pytest
from asgiref.sync import sync_to_async
from django.db import connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import SimpleCookie, StreamingHttpResponse
from django.test import AsyncClient
from django.test import Client as Browser
from django.utils.module_loading import import_string
from django_eventstream.views import Listener, get_listener_manager

from children.models import AuthToken, Child, Task, User
from children.services.activations import activate
from tracking.models import TrackingEvent

PATH = "/api/v1/tracking/stream/"
CREATED = "tracking_event_created"
KEEP_ALIVE = "event: keep-alive\ndata: \n\n"
OUR_READING = "tracking.stream.generator._read_once"
PATIENCE = 60  # seconds, after which a test gives up
LAST_RESORT = 600  # of the loop's time, with which a test may play


def in_a_loop(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Run an async test, and see that each stream that it leaves open ends with it.

    The thread that all views and readings of the loop share gives its database connection back.
    """

    async def patiently(**fixtures: Any) -> None:
        try:
            async with asyncio.timeout(LAST_RESORT):
                await test(**fixtures)
        finally:
            await sync_to_async(connections.close_all)()

    @wraps(test)
    def run(**fixtures: Any) -> None:
        asyncio.run(patiently(**fixtures))
        assert listeners() == set()

    return run


async def do(act: Callable[[], Any]) -> Any:
    """Act in a thread of its own, as somebody else's request does. When this returns it is committed, and the bell has rung."""
    return await asyncio.to_thread(alone, act)


def alone(act: Callable[[], Any]) -> Any:
    """Act, and give the connection back afterwards."""
    try:
        return act()
    finally:
        connection.close()


def acting(task: Task, child: Child, by: User) -> Callable[[], int]:
    """Return a function that commits an act, and returns the id of its event."""

    def act() -> int:
        activation = activate(entity=task, child=child, by=by)
        return TrackingEvent.objects.values_list("pk", flat=True).get(child_id=child.pk, sequence=activation.sequence)

    return act


@transaction.atomic
def all_at_once(act: Callable[[], int], count: int) -> list[int]:
    """Commit so many acts together."""
    return [act() for _ in range(count)]


async def until(condition: Callable[[], Any], patience: float = PATIENCE) -> None:
    """Wait, but first let happen what waits for the loop: a ring does."""
    deadline = monotonic() + patience
    while True:
        await asyncio.sleep(0.001)
        if condition():
            return
        assert monotonic() < deadline, "it does not happen"


def listeners() -> set[Listener]:
    """All that are registered in this process."""
    manager = get_listener_manager()
    with manager.lock:
        return {one for each in manager.listeners_by_channel.values() for one in each}


def all_wait() -> bool:
    """Whether each stream of this process waits for the bell, and it has not rung."""
    return all(any(not waiter.done() for waiter in one.aevent._waiters) for one in listeners())


def note_connections(monkeypatch: pytest.MonkeyPatch, reading: str = OUR_READING) -> list[BaseDatabaseWrapper]:
    """Return what will hold the database connections of those who read from then on, each thread's once."""
    read, noted = import_string(reading), []

    def note(*arguments: Any) -> Any:
        if connections["default"] not in noted:
            noted.append(connections["default"])
        return read(*arguments)

    monkeypatch.setattr(reading, note)
    return noted


class Message(NamedTuple):
    type: str
    id: str | None
    data: str


def messages_in(text: str) -> Iterator[Message]:
    for block in text.split("\n\n")[:-1]:
        lines = [line.partition(": ") for line in block.split("\n") if not line.startswith(":")]
        fields = {name.removesuffix(":"): value for name, _, value in lines}
        if fields:
            yield Message(fields["event"], fields.get("id"), fields["data"])


class Client:
    """Takes part after part of an answer, on its own once it was told to become `quiet`."""

    def __init__(self, response: StreamingHttpResponse) -> None:
        self.parts, self.text, self.keep_alives = response.streaming_content, "", 0
        self._reading: asyncio.Task[None] | None = None

    @property
    def messages(self) -> list[Message]:
        return list(messages_in(self.text))

    @property
    def events(self) -> list[int]:
        """The ids of the events, in the order in which they came."""
        return [json.loads(message.data)["id"] for message in self.messages if message.type == CREATED]

    @property
    def last_id(self) -> str | None:
        """What a browser would come back with."""
        ids = [message.id for message in self.messages if message.id is not None]
        return ids[-1] if ids else None

    @property
    def has_ended(self) -> bool:
        return self._reading is not None and self._reading.done()

    async def step(self) -> None:
        """Take the next part only."""
        async with asyncio.timeout(PATIENCE):
            self._take(await anext(self.parts))

    async def quiet(self) -> None:
        """Take all that it is sent until its stream waits for the bell, or has ended."""
        self.read_on()
        await until(lambda: self.has_ended or (listeners() and all_wait()))
        if self.has_ended:
            self._reading.result()  # type: ignore[union-attr]  # raises what the stream did

    async def end(self) -> None:
        """Take all until it ends."""
        self.read_on()
        await until(lambda: self.has_ended)
        self._reading.result()  # type: ignore[union-attr]

    async def leave(self) -> None:
        """Go away, wherever the stream is."""
        if self._reading is not None:
            self._reading.cancel()
            with suppress(asyncio.CancelledError):
                await self._reading
        await self.parts.aclose()
        del self.parts

    def read_on(self) -> None:
        self._reading = self._reading or asyncio.create_task(self._read_on())

    async def _read_on(self) -> None:
        async for part in self.parts:
            self._take(part)

    def _take(self, part: bytes) -> None:
        """Keep-alives come at any time: they are counted, and no part of the text."""
        if part.decode() == KEEP_ALIVE:
            self.keep_alives += 1
        else:
            self.text += part.decode()


def session(user: User) -> dict[str, str]:
    """The header of a browser in which that user is logged in."""
    browser = Browser()
    browser.force_login(user)
    return {"Cookie": browser.cookies.output(attrs=[], header="", sep=";").strip()}


def bearer(user: User, **values: Any) -> dict[str, str]:
    """The header of a new token."""
    _, text = AuthToken.objects.create(user=user, **values)
    return {"Authorization": f"Bearer {text}"}


async def ask(headers: dict[str, str], query: str = "", **options: Any) -> Any:
    """Return the answer of the view, under ASGI and all middleware."""
    client = AsyncClient(**options)
    client.cookies = SimpleCookie(headers.get("Cookie", ""))
    return await client.get(f"{PATH}{query}", headers={name: headers[name] for name in headers if name != "Cookie"})


async def connect(user: User, *, last_id: str | None = None, query: str = "") -> Client:
    """Open a stream with a new token of that user. Nothing is read of it yet."""
    headers = await do(lambda: bearer(user))
    return await connect_with(headers | ({} if last_id is None else {"Last-Event-ID": last_id}), query)


async def connect_with(headers: dict[str, str], query: str = "", **options: Any) -> Client:
    response = await ask(headers, query, **options)
    assert response.status_code == 200, response.content
    return Client(response)


async def listen(user: User, query: str = "") -> Client:
    """Return a client that was told all that there was, and waits."""
    client = await connect(user, query=query)
    await client.quiet()
    return client
