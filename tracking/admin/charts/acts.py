from collections.abc import Sequence

from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from tracking.admin.charts.chart import Bar, Chart, Drawing, Row
from tracking.admin.charts.frame import BOTTOM, Frame, frame, rounded
from tracking.admin.charts.ticks import ticks
from tracking.admin.charts.wording import name, number, short_name, time_span
from tracking.summary.interval import Interval
from tracking.summary.summary import Period

TITLES = {Interval.DAY: _("Acts per day"), Interval.WEEK: _("Acts per week"), Interval.MONTH: _("Acts per month")}
MOSTS = {
    Interval.DAY: _("Most on one day: %(acts)s (%(when)s)."),
    Interval.WEEK: _("Most in one week: %(acts)s (%(when)s)."),
    Interval.MONTH: _("Most in one month: %(acts)s (%(when)s)."),
}
SHARE = 0.75  # of a period's width that its bar takes
WIDEST = 48


def acts_chart(periods: Sequence[Period], interval: Interval) -> Chart:
    """Draw a bar for each period: how many acts there were."""
    rows = [Row(name(period, interval), period.acts) for period in periods]
    return Chart(
        id="acts-chart",
        title=str(TITLES[interval]),
        description=_describe(periods, interval) if periods else gettext("No acts: there is nothing to draw."),
        when=str(capfirst(interval.label)),
        what=gettext("Acts"),
        rows=rows,
        drawing=_draw(periods, interval, rows) if periods else None,
    )


def _describe(periods: Sequence[Period], interval: Interval) -> str:
    acts = sum(period.acts for period in periods)
    text = ngettext("%(time_span)s: %(acts)s act.", "%(time_span)s: %(acts)s acts.", acts)
    text %= {"time_span": time_span(periods, interval), "acts": number(acts)}
    most = max(periods, key=lambda period: period.acts)
    if len(periods) == 1 or most.acts == 0:
        return text
    return f"{text} {MOSTS[interval] % {'acts': number(most.acts), 'when': name(most, interval)}}"


def _draw(periods: Sequence[Period], interval: Interval, rows: Sequence[Row]) -> Drawing:
    names = [short_name(period, interval) for period in periods]
    box = frame(names, ticks(0, max(period.acts for period in periods)))
    return Drawing(
        left=box.left,
        right=box.right,
        zero=box.y(0),
        ticks=box.lines(),
        labels=box.labels(names, interval),
        slots=box.slots([f"{row.label}: {row.text}" for row in rows]),
        bars=[_bar(box, index, period.acts) for index, period in enumerate(periods) if period.acts],
    )


def _bar(box: Frame, index: int, acts: int) -> Bar:
    width, y = min(SHARE * box.step, WIDEST), box.y(acts)
    return Bar(rounded(box.x(index) + (box.step - width) / 2), y, rounded(width), rounded(BOTTOM - y))
