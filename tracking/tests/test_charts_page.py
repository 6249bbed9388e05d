"""The charts as a page shows them, in several languages."""

import re
import xml.etree.ElementTree as ET
from datetime import UTC, datetime

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from children import clock
from children.services.activations import activate
from tracking.admin.charts.acts import acts_chart
from tracking.admin.charts.frame import BOTTOM, HEIGHT, TOP, WIDTH
from tracking.admin.charts.points import points_chart
from tracking.models import TrackingEvent
from tracking.summary.balances import balances
from tracking.summary.interval import Interval
from tracking.summary.summary import summarize
from tracking.tests.charting import BERLIN, make_acts_chart, make_points_chart


def render(chart):
    return render_to_string("admin/tracking/chart.html", {"chart": chart})


def draw(chart):
    """Return the SVG, read as strictly as XML is."""
    (svg,) = re.findall(r"<svg.*?</svg>", render(chart), re.DOTALL)
    return ET.fromstring(svg)


@pytest.mark.once
@pytest.mark.parametrize("make_chart", [make_acts_chart, make_points_chart])
def test_the_page_has_the_drawing_its_name_and_the_same_numbers(make_chart):
    chart = make_chart([3, 0, 1234])

    html, svg = render(chart), draw(chart)

    named = [svg.find(f"*[@id='{name}']").text for name in svg.get("aria-labelledby").split()]
    assert named == [chart.title, chart.description]
    assert svg.get("role") == "img"
    assert svg.get("viewBox") == f"0 0 {WIDTH} {HEIGHT}"
    assert "style=" not in html and "<style" not in html and "<script" not in html
    assert f'<caption class="visually-hidden">{chart.title}</caption>' in html
    cells = re.findall(r'<tr><th scope="row">(.*?)</th><td>(.*?)</td></tr>', html)
    assert cells == [(row.label, row.text) for row in chart.rows]
    told = [slot.text for slot in svg.findall("rect[@class='chart-slot']/title")]
    assert told == [f"{label}: {number}" for label, number in cells[-3:]]


@pytest.mark.once
def test_the_slots_are_as_high_as_the_plot():
    for slot in draw(make_acts_chart([3, 0])).findall("rect[@class='chart-slot']"):
        assert (float(slot.get("y")), float(slot.get("height"))) == (TOP, BOTTOM - TOP)


@pytest.mark.once
def test_bars_or_a_line():
    bars, line = draw(make_acts_chart([3, 1])), draw(make_points_chart([3, 1]))

    assert (len(bars.findall("rect[@class='chart-bar']")), bars.find("polyline")) == (2, None)
    assert line.find("rect[@class='chart-bar']") is None
    assert line.find("polyline").get("points") == make_points_chart([3, 1]).drawing.line


@pytest.mark.once
def test_nothing_to_draw_is_said():
    for chart in (make_acts_chart([]), make_points_chart([], start=5)):
        html = render(chart)

        assert "No acts: there is nothing to draw." in html
        assert "<svg" not in html and "<table" not in html


@pytest.mark.once
@pytest.mark.parametrize("language", ["de", "fr", "ar", "hi"])
def test_other_languages_write_numbers_their_way_and_lengths_as_svg_does(language, settings):
    settings.USE_THOUSAND_SEPARATOR = True
    with translation.override(language):
        for chart in (make_acts_chart([1234, 5, 6]), make_points_chart([-1234, None, 7], start=1)):
            svg = draw(chart)
            lengths = [
                value
                for element in svg.iter()
                for name, value in element.attrib.items()
                if name in ("x", "y", "x1", "x2", "y1", "y2", "width", "height")
            ]
            assert len(lengths) > 20
            assert all(re.fullmatch(r"\d+(\.\d+)?", length) for length in lengths)
            assert re.fullmatch(r"(\d+\.?\d*,\d+\.?\d* ?)*", chart.drawing.area)


@pytest.mark.once
def test_german_says_it_in_german():
    with translation.override("de"):
        chart = make_acts_chart([1234])

        assert (chart.rows[0].label, chart.rows[0].text) == ("2. März 2026", "1.234")
        assert chart.drawing.labels[0].text == "2. Mär"


@pytest.mark.once
def test_numbers_stand_apart_in_right_to_left_text():
    with translation.override("he"):
        assert make_points_chart([-5]).rows[1].text == "\u2068-5\u2069"
    assert make_points_chart([-5]).rows[1].text == "-5"


def test_a_child_s_trail_is_drawn(child, parent, task, penalty):
    for day, entity in ((2, task), (2, task), (4, penalty)):
        with clock.pretend(datetime(2026, 3, day, 12, tzinfo=UTC)):
            activate(entity=entity, child=child, by=parent)
    events = TrackingEvent.objects.filter(child_id=child.pk)
    summary = summarize(events, Interval.DAY, BERLIN)

    acts = acts_chart(summary.periods, Interval.DAY)
    points = points_chart(summary.periods, balances(child.pk, summary.periods), Interval.DAY, 0)

    assert [row.value for row in acts.rows] == [2, 0, 1]
    child.refresh_from_db()
    assert [row.value for row in points.rows] == [0, 2 * task.points, 2 * task.points, child.points]
