"""Where the plot lies in the drawing, and where each period and each number lies in the plot."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from tracking.admin.charts.chart import Label, Slot, Tick
from tracking.admin.charts.wording import number
from tracking.summary.interval import Interval

WIDTH, HEIGHT = 720, 240  # of the drawing: the template's viewBox
TOP, BOTTOM = 12, 208  # of the plot
LETTER = 8.5  # as wide as one may be, of the 13 units that text is high
GAP = 12  # between labels
MOST_LABELS = 8
STRIDES = {
    Interval.DAY: (1, 2, 3, 5, 7, 14),
    Interval.WEEK: (1, 2, 4, 8, 13),
    Interval.MONTH: (1, 2, 3, 6, 12, 24, 60, 120, 240),
}


@dataclass(frozen=True)
class Frame:
    """`start` is where the first period begins, right of `left` if something is drawn before it."""

    left: float
    start: float
    right: float
    periods: int
    ticks: Sequence[int]

    @property
    def step(self) -> float:
        """The width of one period."""
        return (self.right - self.start) / self.periods

    def x(self, index: int) -> float:
        """Where the period begins."""
        return rounded(self.start + index * self.step)

    def y(self, value: int) -> float:
        share = (value - self.ticks[0]) / (self.ticks[-1] - self.ticks[0])
        return rounded(BOTTOM - share * (BOTTOM - TOP))

    def lines(self) -> list[Tick]:
        return [Tick(self.y(value), number(value)) for value in self.ticks]

    def slots(self, texts: Sequence[str]) -> list[Slot]:
        return [Slot(self.x(index), rounded(self.step), text) for index, text in enumerate(texts)]

    def labels(self, names: Sequence[str], interval: Interval) -> list[Label]:
        """As many as fit beside each other."""
        fitting = min(MOST_LABELS, int((self.right - self.start) / (widest(names) + GAP)))
        least = -(-self.periods // max(fitting, 1))
        stride = next((stride for stride in STRIDES[interval] if stride >= least), least)
        middle = self.step / 2
        return [Label(rounded(self.x(index) + middle), names[index]) for index in range(0, self.periods, stride)]


def frame(names: Sequence[str], ticks: Sequence[int], before: float = 0) -> Frame:
    """Leave room for the numbers on the left, and on both sides for half a label of a period."""
    half = widest(names) / 2
    left = max(half, widest([number(value) for value in ticks]) + GAP)
    return Frame(left, left + before, WIDTH - half, len(names), ticks)


def widest(texts: Sequence[str]) -> float:
    return max(sum(map(_width, text)) for text in texts)


def _width(letter: str) -> float:
    """Chinese, Japanese and Korean letters are wide."""
    return 2 * LETTER if unicodedata.east_asian_width(letter) in "WF" else LETTER


def rounded(length: float) -> float:
    return round(length, 3)
