"""Ending all streams when the server is told to stop: it would wait for them, and they for it."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event
from types import FrameType
from typing import Any

from tracking.stream.bell import ring_everybody

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]

ending = Event()


def end_streams(application: Application) -> Application:
    """Wrap an ASGI application, so that its streams end with the server. Of its lifespan, which Django does not know, only the end matters."""

    async def wrapped(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            await application(scope, receive, send)
            return
        await receive()
        with ending_on_signals():
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})

    return wrapped


@contextmanager
def ending_on_signals() -> Iterator[None]:
    """End all streams on SIGINT and SIGTERM, and then do what the server does; it tells an application only when all has ended."""
    ending.clear()
    loop = asyncio.get_running_loop()
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def end(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(_end)  # here a lock might be held
        usual = before[signal.Signals(number)]
        if callable(usual):
            usual(number, frame)

    with suppress(ValueError):  # only the main thread hears signals
        for number in before:
            signal.signal(number, end)
    try:
        yield
    finally:
        with suppress(ValueError):
            for number, usual in before.items():
                signal.signal(number, usual)


def _end() -> None:
    ending.set()
    ring_everybody()
