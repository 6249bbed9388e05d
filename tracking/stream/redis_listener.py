"""Hearing through Redis what other processes publish: django-eventstream's listener, but one that comes back."""

import asyncio
import json
import logging

from django_eventstream.views import RedisListener, get_listener_manager
from redis import RedisError
from redis.asyncio.client import PubSub

from tracking.stream.bell import EVERYBODY, ring_everybody, ring_here

CHANNEL = "events_channel"  # the package's
QUIET = 5  # seconds without a message, after which it is asked whether it is still there
ANSWER = 1  # seconds for that answer
PAUSE = 2  # seconds between two attempts

logger = logging.getLogger(__name__)


class SupervisedListener(RedisListener):
    """Begun by the package with the first stream of a process. While it is deaf all streams read again and again."""

    async def start(self) -> None:
        while True:
            try:
                await self.listen()
            except (RedisError, OSError) as error:
                logger.warning("Redis is not heard, the streams look into the database meanwhile: %s", error)
            except Exception:  # whatever it is: it must not be deaf for good
                logger.exception("Redis is not heard")
            ring_everybody()
            await asyncio.sleep(PAUSE)

    async def listen(self) -> None:
        """Hear until it fails, which it does too where nothing answers any more. Raises RedisError, OSError."""
        async with self.redis_client.pubsub() as pubsub:
            await pubsub.subscribe(CHANNEL)
            while True:
                await self._hear(pubsub)

    async def _hear(self, pubsub: PubSub) -> None:
        message = await pubsub.get_message(timeout=QUIET)
        if message is None:
            await pubsub.ping()
            message = await pubsub.get_message(timeout=ANSWER)
            if message is None:
                raise TimeoutError("it does not answer")
        if message["type"] == "subscribe":
            ring_everybody()  # what was published before was missed
        elif message["type"] == "message":
            _pass_on(message["data"])


def _pass_on(data: bytes) -> None:
    try:
        channel = str(json.loads(data)["channel"])
    except (ValueError, TypeError, KeyError, RecursionError):
        logger.warning("A message through Redis is not ours: %.200r", data)
        return
    if channel == EVERYBODY:
        ring_everybody()
    else:
        ring_here([channel])


def listen_to_redis() -> None:
    """Have the package use this listener."""
    get_listener_manager().redis_listener = SupervisedListener()
