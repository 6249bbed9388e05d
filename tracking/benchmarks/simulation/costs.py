"""What each thing that families do costs the product on this machine."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from statistics import median
from time import perf_counter
from typing import NamedTuple

from tracking.benchmarks.crowd import Home
from tracking.benchmarks.simulation.stage import Stage

ROUNDS, TIMES = 5, 100


class Cost(NamedTuple):
    """Of one thing, in seconds: of the server's CPU, of the database's, and until the answer was there."""

    server: float
    database: float
    wait: float = 0

    def __add__(self, other: "Cost") -> "Cost":  # type: ignore[override] # none of them is a plain tuple
        return Cost(*(one + another for one, another in zip(self, other, strict=True)))

    def times(self, number: float) -> "Cost":
        return Cost(*(number * each for each in self))


Costs = dict[str, list[Cost]]  # by what is done, one of each round


def usual(costs: list[Cost]) -> Cost:
    return Cost(*(median(each) for each in zip(*costs, strict=True)))


def of_requests(stage: Stage) -> Costs:
    """Each in turn, by one family after the other."""
    costs: Costs = {what: [] for what in DONE}
    for number in range(ROUNDS + 1):
        for what, do in DONE.items():
            cost = _measured(stage, do)
            if number:  # the first round warms up
                costs[what].append(cost)
    return costs


def _measured(stage: Stage, do: Callable[[Stage, Home], None]) -> Cost:
    meter = stage.meter(stage.requests)
    before, began = meter.read(), perf_counter()
    for home in stage.homes[-TIMES:]:
        do(stage, home)
    used = meter.read().since(before)
    return Cost(used.server, used.database, perf_counter() - began).times(1 / TIMES)


def act(stage: Stage, home: Home) -> None:
    stage.requests.ask("POST", f"tasks/{home.task}/activate/", home.token, {"child": home.child})


def _open(stage: Stage, home: Home) -> None:
    """What an app asks for when it is opened."""
    week = (datetime.now(UTC) - timedelta(days=7)).date()
    summary = f"tracking/summary/?interval=day&occurred_after={week}"
    for path in ("me/", "children/", "tasks/", "rewards/", "tracking/events/?limit=20", summary):
        stage.requests.ask("GET", path, home.token)


def _page(stage: Stage, home: Home) -> None:
    stage.requests.ask("GET", "tracking/events/?limit=50&offset=50", home.token)


DONE = {"act": act, "opening": _open, "page": _page}
