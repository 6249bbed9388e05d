from collections.abc import Sequence
from dataclasses import dataclass

from tracking.admin.charts.wording import number


@dataclass(frozen=True)
class Row:
    """Of the table, which says the same as the drawing."""

    label: str
    value: int

    @property
    def text(self) -> str:
        return number(self.value)


@dataclass(frozen=True)
class Tick:
    """A line across the plot, and the number that it stands for."""

    y: float
    text: str


@dataclass(frozen=True)
class Label:
    """Below the plot, centered at x."""

    x: float
    text: str


@dataclass(frozen=True)
class Slot:
    """The room of one period, as high as the plot: whoever points at it is told its row."""

    x: float
    width: float
    text: str


@dataclass(frozen=True)
class Bar:
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Drawing:
    """`line` and `area` are points as SVG writes them."""

    left: float
    right: float
    zero: float
    ticks: Sequence[Tick]
    labels: Sequence[Label]
    slots: Sequence[Slot]
    bars: Sequence[Bar] = ()
    line: str = ""
    area: str = ""


@dataclass(frozen=True)
class Chart:
    """Without a drawing and rows if there is nothing to draw; the description says so."""

    id: str
    title: str
    description: str
    when: str  # what the rows' labels are
    what: str  # what their values are
    rows: Sequence[Row] = ()
    drawing: Drawing | None = None
