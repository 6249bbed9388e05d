"""What streams cost: to open, to keep, a message, and, through Redis, what others do of whom nobody listens here."""

import asyncio
import json
from time import perf_counter
from typing import NamedTuple

from django.conf import settings
from redis import Redis

from tracking.benchmarks.crowd import Home, Seen, streaming, wait_for
from tracking.benchmarks.simulation.costs import Cost, Costs, act, usual
from tracking.benchmarks.simulation.meter import Meter
from tracking.benchmarks.simulation.stage import Stage
from tracking.stream.redis_listener import CHANNEL
from tracking.stream.storage import CREATED

FAMILIES, STREAMS, ACTS = 50, 200, 200
ROUNDS = 3
RINGS = 5000  # of channels that nobody listens to here
SOON = 2  # seconds, until they are heard
NONE = Cost(0, 0)


class Used(NamedTuple):
    cost: Cost
    seconds: float


def of_streams(stage: Stage, requests: Costs) -> tuple[Costs, float]:
    """Return the costs, and the KiB that a stream holds."""
    return asyncio.run(_measure(stage, usual(requests["act"])))


async def _measure(stage: Stage, an_act: Cost) -> tuple[Costs, float]:
    meter, seen, homes = stage.meter(stage.streams), Seen(), stage.homes[:FAMILIES]
    memory, before = meter.memory(), meter.read()
    acting = (an_act if stage.is_one_process else an_act._replace(server=0)).times(ACTS)
    costs: Costs = {"stream opened": [], "keep-alive": [], "message": [], "ring": []}
    async with streaming(stage.streams, homes, seen, streams=STREAMS):
        costs["stream opened"].append(Cost(*meter.read().since(before)).times(1 / STREAMS))
        held = meter.memory() - memory
        for _ in range(ROUNDS):
            idle = await _idle(meter)
            costs["keep-alive"].append(idle.cost.times(settings.STREAM_KEEP_ALIVE / idle.seconds / STREAMS))
            acted = await _acting(stage, meter, homes * (ACTS // FAMILIES), seen)
            costs["message"].append(_without(acted, idle, acting).times(FAMILIES / ACTS / STREAMS))
        costs["ring"].append(NONE if stage.is_one_process else await _ring(stage, meter, idle))
    return costs, held / STREAMS


async def _idle(meter: Meter) -> Used:
    before, began = meter.read(), perf_counter()
    await asyncio.sleep(settings.STREAM_KEEP_ALIVE)
    return Used(Cost(*meter.read().since(before)), perf_counter() - began)


async def _ring(stage: Stage, meter: Meter, idle: Used) -> Cost:
    before, began = meter.read(), perf_counter()
    with Redis.from_url(stage.streams.installation.variables["REDIS_URL"]) as redis, redis.pipeline() as rings:
        for number in range(RINGS):
            ring = {"channel": "family-0", "event_type": CREATED, "data": {"id": number}}
            rings.publish(CHANNEL, json.dumps(ring))
        rings.execute()
    await asyncio.sleep(SOON)
    return _without(Used(Cost(*meter.read().since(before)), perf_counter() - began), idle).times(1 / RINGS)


async def _acting(stage: Stage, meter: Meter, homes: list[Home], seen: Seen) -> Used:
    """Until all who listen have been told."""
    before, began, messages = meter.read(), perf_counter(), len(seen.latencies) + ACTS * STREAMS // FAMILIES
    for home in homes:
        await asyncio.to_thread(act, stage, home)
    await wait_for(seen, messages)
    return Used(Cost(*meter.read().since(before)), perf_counter() - began)


def _without(used: Used, idle: Used, other: Cost = NONE) -> Cost:
    """Return what is left without what the streams cost anyway, and without something else."""
    rest = used.cost + idle.cost.times(-used.seconds / idle.seconds) + other.times(-1)
    return Cost(*(max(0.0, each) for each in rest))
