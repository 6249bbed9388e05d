"""A row of a table: what was measured in some rounds, beside something else in the same rounds, and whether that is enough."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Any


@dataclass(frozen=True)
class Bound:
    """What a ratio is to be at most, or at least; not `of_ratio`, or with nothing beside it: what the median is to be."""

    limit: float
    at_least: bool = False
    of_ratio: bool = True

    def is_reached(self, value: float) -> bool:
        return value >= self.limit if self.at_least else value <= self.limit

    def __str__(self) -> str:
        return f"{'>=' if self.at_least else '<='} {self.limit:,g}"


@dataclass(frozen=True)
class Row:
    """Samples have one value per round, in `unit`; those of `beside` are of the same rounds. The ratio is that of the medians."""

    name: str
    sample: Sequence[float]
    beside: Sequence[float] = ()
    bound: Bound | None = None
    unit: str = "ms"

    @property
    def ratio(self) -> float | None:
        return median(self.sample) / median(self.beside) if any(self.beside) and median(self.beside) else None

    @property
    def ratios(self) -> list[float]:
        """Round by round: how far the ratio of the medians is to be trusted."""
        return (
            [one / other for one, other in zip(self.sample, self.beside, strict=True) if other] if self.beside else []
        )

    @property
    def is_reached(self) -> bool | None:
        """Whether it is within its bound; None without one."""
        if self.bound is None:
            return None
        ratio = self.ratio if self.bound.of_ratio else None
        return self.bound.is_reached(median(self.sample) if ratio is None else ratio)

    def to_dict(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "unit": self.unit,
            "bound": None if self.bound is None else str(self.bound),
            "is_reached": self.is_reached,
            "ratio": self.ratio,
            "ratio_quartiles": quartiles(self.ratios),
            "measured": _spread(self.sample),
            "beside": _spread(self.beside),
        }


def quartiles(sample: Sequence[float]) -> list[float]:
    """Return the lower and the upper one; of a single value that one twice, of none none."""
    if len(sample) < 2:
        return [*sample, *sample]
    lower, _, upper = quantiles(sample, n=4, method="inclusive")
    return [lower, upper]


def _spread(sample: Sequence[float]) -> dict[str, Any] | None:
    if not sample:
        return None
    return {"median": median(sample), "quartiles": quartiles(sample), "rounds": [*sample]}
