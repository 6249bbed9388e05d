"""The threads that read for streams and exports."""

import asyncio
from threading import Thread

import pytest

from tracking.threads import Readers

pytestmark = pytest.mark.once


def test_threads_that_cannot_start_are_started_later(monkeypatch):
    usual, refused = Thread.start, []

    def refuse_twice(thread):
        if len(refused) < 2:
            refused.append(thread)
            raise RuntimeError("can't start new thread")
        usual(thread)

    monkeypatch.setattr(Thread, "start", refuse_twice)
    readers = Readers("test", 2)

    async def read():
        for _ in range(2):
            with pytest.raises(RuntimeError):
                readers.read(int, "1")
        return await asyncio.wait_for(readers.read(int, "7"), timeout=10)

    assert asyncio.run(read()) == 7
