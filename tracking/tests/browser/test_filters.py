"""Narrowing the trail down, on a wide screen and on a narrow one."""

import pytest

from tracking.tests.browser.trail import TRAIL, cells, choose, follow, narrow

pytestmark = pytest.mark.browser


@pytest.fixture(params=[1280, 390], ids=["wide", "narrow"])
def tab(open_tab, request):
    return open_tab("admin", width=request.param)


def test_filters_narrow_each_other(tab):
    tab.goto(TRAIL)
    narrow(tab, child="mi")
    assert set(cells(tab, "child")) == {"Mia"}

    narrow(tab, **{"from": "2026-05-06", "to": "2026-05-09"})
    days = [when[:10] for when in cells(tab, "when")]
    assert (set(cells(tab, "child")), days[0], days[-1]) == ({"Mia"}, "2026-05-09", "2026-05-06")

    choose(tab, "type", "reward")
    choose(tab, "action", "requested")
    assert cells(tab, "what") == ["Ice cream reward", "Trip to the pool reward", "Trip to the pool reward"]
    assert (set(cells(tab, "action")), set(cells(tab, "who"))) == ({"requested"}, {"mia"})

    follow(tab, "text=Clear all filters")
    assert {"Ada", "Leo", "Mia", "Obi"} <= set(cells(tab, "child"))


def test_quick_ranges_fill_in_the_days(tab):
    tab.goto(TRAIL)
    choose(tab, "time", "This week")
    assert [tab.input_value(f"[name={name}]") for name in ("from", "to")] == ["2026-05-11", "2026-05-17"]
    assert min(when[:10] for when in cells(tab, "when")) == "2026-05-11"

    choose(tab, "time", "Today")
    assert {when[:10] for when in cells(tab, "when")} == {"2026-05-14"}


def test_a_day_that_does_not_exist_and_a_name_that_nobody_has_are_named(tab):
    tab.goto(f"{TRAIL}?from=2026-99-99")
    assert "Enter a valid date." in tab.inner_text(".messagelist")
    assert cells(tab, "when") == []

    tab.goto(f"{TRAIL}?child=zoe")
    assert "Nobody has that name." in tab.inner_text(".messagelist")
