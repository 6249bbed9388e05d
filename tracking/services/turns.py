from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter, sleep

from django.db import transaction


@contextmanager
def turn() -> Iterator[None]:
    """A short transaction, and then as long a turn for the others: who waits for SQLite looks again after a while only."""
    with transaction.atomic():
        began = perf_counter()
        yield
    sleep(perf_counter() - began)
