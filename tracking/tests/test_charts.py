"""The charts of the trail: what is drawn, and what is said and stands in the table."""

from itertools import pairwise

import pytest

from tracking.admin.charts.frame import BOTTOM, TOP, WIDTH
from tracking.summary.interval import Interval
from tracking.tests.charting import HUGE, make_acts_chart, make_points_chart

pytestmark = pytest.mark.once

EVERY_KIND = {
    "one": [1],
    "zeros": [0, 0, 0],
    "few": [3, 0, 6, 1],
    "huge": [1, HUGE, 0],
    "twenty years": [n % 7 for n in range(240)],
    "two centuries": [n % 7 for n in range(2400)],
}


def corners(chart):
    return [tuple(map(float, corner.split(","))) for corner in chart.drawing.line.split()]


# Bars


@pytest.mark.parametrize("interval", Interval)
@pytest.mark.parametrize("acts", EVERY_KIND.values(), ids=EVERY_KIND)
def test_bars_stand_inside_the_plot_beside_each_other(acts, interval):
    drawing = make_acts_chart(acts, interval).drawing

    assert 0 < drawing.left < drawing.right < WIDTH
    assert drawing.left == drawing.slots[0].x
    assert len(drawing.bars) == sum(number > 0 for number in acts)
    for bar in drawing.bars:
        assert drawing.left <= bar.x < bar.x + bar.width <= drawing.right
        assert bar.width > 0
        assert TOP <= bar.y <= bar.y + bar.height == pytest.approx(BOTTOM)
    for one, other in pairwise(drawing.bars):
        assert one.x + one.width < other.x


def test_bars_are_as_high_as_there_were_acts():
    drawing = make_acts_chart([3, 0, 6, 1]).drawing

    three, six, one = (bar.height for bar in drawing.bars)
    assert (three, six) == (pytest.approx(3 * one, abs=0.01), pytest.approx(6 * one, abs=0.01))
    (line,) = (tick for tick in drawing.ticks if tick.text == "6")
    assert line.y == drawing.bars[1].y


def test_the_table_has_the_acts_of_each_period():
    chart = make_acts_chart([3, 0, 6, 1])

    assert [(row.label, row.value) for row in chart.rows] == [
        *(("March 2, 2026", 3), ("March 3, 2026", 0), ("March 4, 2026", 6), ("March 5, 2026", 1)),
    ]
    assert (chart.when, chart.what) == ("Day", "Acts")


@pytest.mark.parametrize(
    ("interval", "acts", "title", "said"),
    [
        (
            *(Interval.DAY, [3, 0, 6, 6], "Acts per day"),
            "March 2, 2026 to March 5, 2026: 15 acts. Most on one day: 6 (March 4, 2026).",
        ),
        (
            *(Interval.WEEK, [3000, 1], "Acts per week"),
            "March 2, 2026 to March 15, 2026: 3,001 acts. Most in one week: 3,000 (Week of March 2, 2026).",
        ),
        (
            *(Interval.MONTH, [1, 2], "Acts per month"),
            "March 2, 2026 to April 30, 2026: 3 acts. Most in one month: 2 (April 2026).",
        ),
        (Interval.DAY, [1], "Acts per day", "March 2, 2026: 1 act."),
        (Interval.DAY, [0, 0], "Acts per day", "March 2, 2026 to March 3, 2026: 0 acts."),
        (Interval.DAY, [], "Acts per day", "No acts: there is nothing to draw."),
    ],
)
def test_acts_in_words(interval, acts, title, said):
    chart = make_acts_chart(acts, interval)

    assert (chart.title, chart.description) == (title, said)


# The line


def test_the_line_keeps_the_balance_until_it_changes():
    chart = make_points_chart([10, None, -10, 20], start=0)

    y = {tick.text: tick.y for tick in chart.drawing.ticks}
    slots = chart.drawing.slots
    assert chart.drawing.left < slots[0].x
    assert corners(chart) == [
        *((chart.drawing.left, y["0"]), (slots[0].x, y["0"])),
        *((slots[0].x, y["10"]), (slots[1].x, y["10"])),
        *((slots[1].x, y["10"]), (slots[2].x, y["10"])),
        *((slots[2].x, y["-10"]), (slots[3].x, y["-10"])),
        *((slots[3].x, y["20"]), (chart.drawing.right, y["20"])),
    ]
    assert [row.value for row in chart.rows] == [0, 10, 10, -10, 20]
    assert [row.label for row in chart.rows][:2] == ["Before", "March 2, 2026"]
    assert (chart.when, chart.what) == ("Day", "Points")


@pytest.mark.parametrize(
    "points", [[0], [-5], [0, 0], [7, None, None], [HUGE, -HUGE], [-1, -2], list(range(2400))], ids=str
)
def test_the_line_stays_inside_the_plot(points):
    chart = make_points_chart(points, start=3)

    line = corners(chart)
    assert all(TOP <= y <= BOTTOM for _, y in line)
    assert (line[0][0], line[-1][0]) == (chart.drawing.left, chart.drawing.right)
    assert all(one[0] <= other[0] for one, other in pairwise(line))
    zero = f",{chart.drawing.zero}"
    assert chart.drawing.area.startswith(f"{chart.drawing.left}{zero} {chart.drawing.line} ")
    assert chart.drawing.area.endswith(f" {chart.drawing.right}{zero}")


@pytest.mark.parametrize(
    ("points", "start", "said"),
    [
        (
            *([-5, 50, 7], 0),
            "March 2, 2026 to March 4, 2026: from 0 to 7 points. Lowest: -5 (March 2, 2026). Highest: 50 (March 3, 2026).",
        ),
        ([1], 1200, "March 2, 2026: from 1,200 to 1 point."),
        ([None, None], 9, "March 2, 2026 to March 3, 2026: from 9 to 9 points."),
        ([], 9, "No acts: there is nothing to draw."),
    ],
)
def test_points_in_words(points, start, said):
    assert make_points_chart(points, start).description == said
