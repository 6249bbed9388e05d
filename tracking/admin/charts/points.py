from collections.abc import Mapping, Sequence
from datetime import datetime

from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from tracking.admin.charts.chart import Chart, Drawing, Row
from tracking.admin.charts.frame import Frame, frame
from tracking.admin.charts.ticks import ticks
from tracking.admin.charts.wording import name, short_name, time_span
from tracking.summary.interval import Interval
from tracking.summary.summary import Period

TITLES = {
    Interval.DAY: _("Points at the end of each day"),
    Interval.WEEK: _("Points at the end of each week"),
    Interval.MONTH: _("Points at the end of each month"),
}
BEFORE = 16  # the width of the line's piece before the first period


def points_chart(periods: Sequence[Period], balances: Mapping[datetime, int], interval: Interval, start: int) -> Chart:
    """Draw a line in steps: the balance at the end of each period. `start` is the one before the first.

    A period that `balances` does not name had no events: it keeps the balance of the one before.
    """
    rows = [Row(gettext("Before"), start)]
    for period in periods:
        rows.append(Row(name(period, interval), balances.get(period.start, rows[-1].value)))
    return Chart(
        id="points-chart",
        title=str(TITLES[interval]),
        description=_describe(periods, interval, rows) if periods else gettext("No acts: there is nothing to draw."),
        when=str(capfirst(interval.label)),
        what=gettext("Points"),
        rows=rows if periods else [],
        drawing=_draw(periods, interval, rows) if periods else None,
    )


def _describe(periods: Sequence[Period], interval: Interval, rows: Sequence[Row]) -> str:
    first, last = rows[0], rows[-1]
    text = ngettext(
        "%(time_span)s: from %(first)s to %(last)s point.",
        "%(time_span)s: from %(first)s to %(last)s points.",
        last.value,
    ) % {"time_span": time_span(periods, interval), "first": first.text, "last": last.text}
    lowest, highest = (extreme(rows[1:], key=lambda row: row.value) for extreme in (min, max))
    if lowest.value == highest.value:
        return text
    extremes = gettext("Lowest: %(lowest)s (%(then)s). Highest: %(highest)s (%(when)s).") % {
        "lowest": lowest.text,
        "then": lowest.label,
        "highest": highest.text,
        "when": highest.label,
    }
    return f"{text} {extremes}"


def _draw(periods: Sequence[Period], interval: Interval, rows: Sequence[Row]) -> Drawing:
    names = [short_name(period, interval) for period in periods]
    values = [row.value for row in rows]
    box = frame(names, ticks(min(values), max(values)), before=BEFORE)
    line, zero = _steps(box, values), box.y(0)
    return Drawing(
        left=box.left,
        right=box.right,
        zero=zero,
        ticks=box.lines(),
        labels=box.labels(names, interval),
        slots=box.slots([f"{row.label}: {row.text}" for row in rows[1:]]),
        line=line,
        area=f"{box.left},{zero} {line} {box.right},{zero}",
    )


def _steps(box: Frame, values: Sequence[int]) -> str:
    """Each value from where its period begins to where it ends."""
    edges = [box.left, *(box.x(index) for index in range(box.periods + 1))]
    corners = [(x, value) for index, value in enumerate(values) for x in edges[index : index + 2]]
    return " ".join(f"{x},{box.y(value)}" for x, value in corners)
