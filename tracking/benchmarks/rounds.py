"""Measuring in turn, A, B, A, B, so that whatever else the machine does meets all alike."""

from collections.abc import Callable, Mapping
from time import perf_counter
from typing import Any

Measure = Callable[[], float]


def interleave(candidates: Mapping[str, Measure], *, rounds: int, warm_up: int = 1) -> dict[str, list[float]]:
    """Have each candidate measure itself once a round, and return what each told, round by round, without the first ones."""
    told: dict[str, list[float]] = {name: [] for name in candidates}
    for _ in range(warm_up + rounds):
        for name, measure in candidates.items():
            told[name].append(measure())
    return {name: each[warm_up:] for name, each in told.items()}


def timed(do: Callable[[], Any], *, times: int = 1) -> Measure:
    """Return what measures the milliseconds that it takes to do something once, done so many times in a row."""

    def measure() -> float:
        began = perf_counter()
        for _ in range(times):
            do()
        return 1000 * (perf_counter() - began) / times

    return measure
