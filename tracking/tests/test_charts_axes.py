"""The axes of the charts: round numbers, and names of periods that fit beside each other."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest
from django.utils import translation

from tracking.admin.charts.fitting import fitting_interval
from tracking.admin.charts.frame import WIDTH, widest
from tracking.admin.charts.ticks import ticks
from tracking.summary.interval import Interval
from tracking.tests.charting import HUGE, make_acts_chart, make_points_chart

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("lowest", "highest", "expected"),
    [
        (0, 0, [0, 1]),
        (0, 1, [0, 1]),
        (0, 4, [0, 1, 2, 3, 4]),
        (0, 5, [0, 2, 4, 6]),
        (3, 42, [0, 20, 40, 60]),
        (-5, 50, [-20, 0, 20, 40, 60]),
        (-7, -3, [-8, -6, -4, -2, 0]),
        (-HUGE, 3 * HUGE, [-HUGE, 0, HUGE, 2 * HUGE, 3 * HUGE]),
    ],
)
def test_ticks_are_round_and_enclose_the_numbers(lowest, highest, expected):
    assert ticks(lowest, highest) == expected


@pytest.mark.parametrize("interval", Interval)
@pytest.mark.parametrize("number", [1, 2, 9, 62, 1000])
def test_labels_are_few_and_never_overlap(number, interval):
    for language in ("en", "de", "fr", "ja", "he", "vi"):
        with translation.override(language):
            labels = make_acts_chart([1] * number, interval).drawing.labels

        assert 1 <= len(labels) <= 8
        reach = [(label.x - widest([label.text]) / 2, label.x + widest([label.text]) / 2) for label in labels]
        assert reach[0][0] >= 0
        assert reach[-1][1] <= WIDTH
        assert all(one[1] + 10 < other[0] for one, other in pairwise(reach))


@pytest.mark.parametrize(
    ("interval", "label", "row"),
    [
        (Interval.DAY, "Mar 2", "March 2, 2026"),
        (Interval.WEEK, "March 2, 2026", "Week of March 2, 2026"),
        (Interval.MONTH, "Mar 2026", "March 2026"),
    ],
)
def test_how_a_period_is_called(interval, label, row):
    chart = make_acts_chart([5, 1], interval)

    assert chart.drawing.labels[0].text == label
    assert chart.rows[0].label == row
    assert chart.drawing.slots[0].text == f"{row}: 5"


def test_huge_numbers_have_room_beside_the_plot():
    drawing = make_points_chart([-HUGE, HUGE]).drawing

    assert drawing.ticks[0].text == "-1,000,000,000,000,000"
    assert drawing.left > widest([drawing.ticks[0].text])


@pytest.mark.parametrize(
    ("last", "interval"),
    [
        ((2026, 3, 1), Interval.DAY),
        ((2026, 5, 2), Interval.DAY),
        ((2026, 5, 3), Interval.WEEK),
        ((2027, 5, 9), Interval.WEEK),
        ((2027, 5, 10), Interval.MONTH),
        ((2046, 3, 1), Interval.MONTH),
    ],
)
def test_the_interval_fits_the_time(last, interval):
    assert fitting_interval(datetime(2026, 3, 1, tzinfo=UTC), datetime(*last, tzinfo=UTC)) == interval
