"""The threads of answers that last, under ASGI: a few read for all of them, and none is kept while a client takes its time."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Any

from asgiref.sync import SyncToAsync
from django.db import close_old_connections

Reading = asyncio.Future[Any]
Job = tuple[Reading, Callable[..., Any], tuple[Any, ...]]


class Readers:
    """Threads with a queue of their own: a connection of each to the database is held only while there is something to read."""

    def __init__(self, name: str, threads: int) -> None:
        self._name, self._most = name, threads
        self._jobs: SimpleQueue[Job] = SimpleQueue()
        self._threads: list[Thread] = []
        self._lock = Lock()

    def read(self, function: Callable[..., Any], *args: Any) -> Reading:
        """Call `function` in one of the threads. Returns a future of the running event loop."""
        with self._lock:
            while len(self._threads) < self._most:
                # Daemons: whoever stops the server does not wait for the database.
                name = f"{self._name}-{len(self._threads)}"
                thread = Thread(target=self._work, name=name, daemon=True)
                thread.start()  # or else it is no thread of ours: nobody must wait for it
                self._threads.append(thread)
        reading = asyncio.get_running_loop().create_future()
        self._jobs.put((reading, function, args))
        return reading

    def _work(self) -> None:
        while True:
            reading, function, args = self._next_job()
            outcome: tuple[Any, BaseException | None]
            try:
                outcome = (None if reading.cancelled() else function(*args)), None
            except BaseException as error:  # noqa: BLE001 - it is the reader's own, who gets it
                outcome = None, error
                _close()  # a broken connection must not fail those who wait
            _hand_over(reading, *outcome)
            del reading, function, args, outcome

    def _next_job(self) -> Job:
        """The connection is kept for what waits already: to connect costs as much as to read."""
        try:
            return self._jobs.get_nowait()
        except Empty:
            _close()
            return self._jobs.get()


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


def let_go_of_the_thread() -> None:
    """asgiref keeps one for each request until its answer has ended, for sync code that might follow; it would make another one."""
    context = SyncToAsync.thread_sensitive_context.get(None)
    executor = SyncToAsync.context_to_thread_executor.pop(context, None) if context is not None else None
    if executor is not None:
        executor.submit(close_old_connections)
        executor.shutdown(wait=False)
