"""The threads that read for all streams: a connection of each to the database is held only while there is something to read."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Any

from django.db import close_old_connections

THREADS = 4  # one that the database keeps waiting holds nobody else up

Reading = asyncio.Future[Any]
Job = tuple[Reading, Callable[..., Any], tuple[Any, ...]]

_jobs: SimpleQueue[Job] = SimpleQueue()
_threads: list[Thread] = []
_lock = Lock()


def read(function: Callable[..., Any], *args: Any) -> Reading:
    """Call `function` in one of the threads. Returns a future of the running event loop."""
    with _lock:
        while len(_threads) < THREADS:
            # Daemons: whoever stops the server does not wait for the database.
            _threads.append(Thread(target=_work, name=f"stream-{len(_threads)}", daemon=True))
            _threads[-1].start()
    reading = asyncio.get_running_loop().create_future()
    _jobs.put((reading, function, args))
    return reading


def _work() -> None:
    while True:
        reading, function, args = _next_job()
        outcome: tuple[Any, BaseException | None]
        try:
            outcome = (None if reading.cancelled() else function(*args)), None
        except BaseException as error:  # noqa: BLE001 - it is the reader's own, who gets it
            outcome = None, error
            _close()  # a broken connection must not fail those who wait
        _hand_over(reading, *outcome)
        del reading, function, args, outcome


def _next_job() -> Job:
    """The connection is kept for what waits already: to connect costs as much as to read."""
    try:
        return _jobs.get_nowait()
    except Empty:
        _close()
        return _jobs.get()


def _close() -> None:
    """Whatever the database says to it: the thread must go on."""
    with suppress(Exception):
        close_old_connections()


def _hand_over(reading: Reading, result: Any, error: BaseException | None) -> None:
    def settle() -> None:
        if reading.done():
            return
        if error is None:
            reading.set_result(result)
        else:
            reading.set_exception(error)

    with suppress(RuntimeError):  # the loop is closed
        reading.get_loop().call_soon_threadsafe(settle)
