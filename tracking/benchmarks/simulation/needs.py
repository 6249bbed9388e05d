"""What a year's load takes, at the measured costs; and how many families it takes until something of a machine is full."""

from bisect import bisect_left
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import ceil
from typing import NamedTuple

from django.conf import settings

from tracking.benchmarks.simulation.costs import Cost
from tracking.benchmarks.simulation.year import Load, Year

FULL = 0.7  # of a core or a worker: beyond, waiting grows faster than the load
FILES = 1024 - 100  # streams, where a process may open as many files as systemd allows it
RINGS = 2  # of each act: one for the family's channel, one for the child's
MOST_FAMILIES = 10_000_000

Use = Callable[[Year], float]  # which part of a thing a year takes of it at its peak


class Need(NamedTuple):
    """Of cores, in seconds of CPU a second; `workers` are those that are busy or wait for the database."""

    requests: float
    workers: float
    streams: float
    rings: float  # of each stream process, whose streams those of others are not
    database: float

    @property
    def cores(self) -> float:
        """With one stream process."""
        return self.requests + self.streams + self.rings + self.database

    @property
    def stream_processes(self) -> int:
        """As many as their cores need; each more hears all rings too."""
        return ceil(self.streams / (FULL - self.rings))


@dataclass(frozen=True)
class Product:
    """What it costs: `costs` by what is done, `event` in bytes of one event with all that is written beside it, `memory` of a stream in KiB."""

    costs: Mapping[str, Cost]
    event: float
    memory: float

    def need(self, load: Load) -> Need:
        requests = self._sum({"act": load.acts, "opening": load.openings, "page": load.pages})
        keep_alives = load.streams / settings.STREAM_KEEP_ALIVE
        streams = self._sum({"stream opened": load.openings, "keep-alive": keep_alives, "message": load.messages})
        rings = self.costs["ring"].server * RINGS * load.acts
        database = requests.database + streams.database
        return Need(requests.server, requests.wait, streams.server, rings, database)

    def _sum(self, rates: Mapping[str, float]) -> Cost:
        costs = [self.costs[what].times(rate) for what, rate in rates.items()]
        return Cost(*map(sum, zip(*costs, strict=True)))

    def at_peak(self, year: Year) -> Need:
        return self.need(year.peak_minute)


def of_one_process(product: Product) -> dict[str, Use]:
    return {
        "the core of its one process": lambda year: product.at_peak(year).cores / FULL,
        "its 1,024 open files": lambda year: year.peak_minute.streams / FILES,
        "a GiB for its streams": lambda year: year.peak_minute.streams * product.memory / 2**20,
        "100 GiB for a year": lambda year: year.events * product.event / 2**30 / 100,
    }


def of_compose(product: Product) -> dict[str, Use]:
    """Four workers, one stream process, and PostgreSQL, on two cores: the profile `scale` of compose.yaml."""
    return {
        "two cores": lambda year: product.at_peak(year).cores / (2 * FULL),
        "the core of the stream process": lambda year: (
            (product.at_peak(year).streams + product.at_peak(year).rings) / FULL
        ),
        "four workers": lambda year: product.at_peak(year).workers / (4 * FULL),
        "1,024 open files of the stream process": lambda year: year.peak_minute.streams / FILES,
        "a GiB for its streams": lambda year: year.peak_minute.streams * product.memory / 2**20,
        "100 GiB for a year": lambda year: year.events * product.event / 2**30 / 100,
    }


def families_until_full(use: Use, year: Year) -> int:
    """Return how many of the year's families fit."""
    numbers = range(1, MOST_FAMILIES)
    return bisect_left(numbers, True, key=lambda families: use(year._replace(families=families)) > 1)
