"""Acts at the same time: real threads, each with its own connection, held back by barriers and events, never by sleeping."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier, Event
from time import monotonic
from typing import Any

from django.db import connection, transaction

from children.errors import ChoreError

PATIENCE = 20  # seconds, after which a test gives up

Act = Callable[[], Any]


def race(*acts: Act) -> list[Any]:
    """Start all acts at once. Returns what each returned, or its refusal; any other error is raised."""
    start = Barrier(len(acts), timeout=PATIENCE)

    def run(act: Act) -> Any:
        connection.ensure_connection()
        start.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [running.result() for running in [pool.submit(_alone, lambda act=act: run(act)) for act in acts]]


def queue(first: Act, second: Act, *, then: Act | None = None) -> tuple[Any, Any]:
    """Do `first`, but go on to `then` and commit only when PostgreSQL makes `second` wait for it. Returns as `race` does."""
    with ThreadPoolExecutor(1) as pool:
        with holding(first, then=then) as held:
            waiting = pool.submit(_alone, second)
            _watch_it_wait(waiting)
        return held.result(), waiting.result()


@contextmanager
def holding(act: Act, *, then: Act | None = None) -> Iterator[Future[Any]]:
    """Do an act in a transaction of another thread that stays open until the block ends, goes on to `then`, and commits."""
    acted, end = Event(), Event()

    def run() -> Any:
        with transaction.atomic():
            outcome = act()
            acted.set()
            assert end.wait(PATIENCE)
            if then is not None:
                then()
        return outcome

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(_alone, run)
        running.add_done_callback(lambda _: acted.set())
        assert acted.wait(PATIENCE)
        try:
            yield running
        finally:
            end.set()
        running.result()


def _watch_it_wait(waiting: Future[Any]) -> None:
    deadline = monotonic() + PATIENCE
    while not _anybody_waits():
        assert not waiting.done(), f"it did not wait: {waiting.result()!r}"
        assert monotonic() < deadline, "it waits for no lock"


def _anybody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0"
        )
        return cursor.fetchone()[0] > 0


def _alone(act: Act) -> Any:
    """Run on a connection of its own, given back afterwards."""
    try:
        return act()
    except ChoreError as refusal:
        return refusal
    finally:
        connection.close()
