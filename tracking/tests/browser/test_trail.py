"""Reading the trail: what an admin does to find out what happened, on a wide screen and on a narrow one."""

import pytest

from tracking.tests.browser.trail import TRAIL, cells, changes, choose, exported, follow, narrow, numbers, sums

pytestmark = pytest.mark.browser


@pytest.fixture(params=[1280, 390], ids=["wide", "narrow"])
def tab(open_tab, request):
    return open_tab("admin", width=request.param)


def test_a_row_tells_who_did_what_also_of_a_child_that_is_gone(tab, house):
    gone = house.children[""]

    tab.goto(f"{TRAIL}?child={gone}&from=2026-05-06&to=2026-05-06")

    columns = [cells(tab, name)[:3] for name in ("when", "child", "what", "action", "points", "change", "who")]
    assert columns == [
        [f"2026-05-06 {time}\xa0UTC" for time in ("20:00:00", "15:46:58", "14:22:16")],
        [f"removed child {gone}"] * 3,
        ["Choose the film reward", "Trip to the pool reward", "Trip to the pool reward"],
        ["cancelled", "redeemed", "requested"],
        ["90 → 90", "170 → 90", "170 → 170"],
        ["0", "-80 ▼", "0"],
        ["ana", "ben", "anonymised child"],
    ]


def test_a_chart_says_the_same_as_a_picture_in_words_and_as_a_table(tab):
    tab.goto(f"{TRAIL}?entity_type=task&from=2026-05-10")
    picture = tab.get_by_role("img", name="Acts per day")
    assert picture.locator(".chart-bar").count() == sum(number > 0 for number in numbers(tab))
    acts = sum(numbers(tab))
    assert acts == sums(tab)[0] == len(cells(tab, "when"))
    assert f": {acts} acts." in tab.inner_text(".chart-description")

    assert not tab.is_visible(".chart-numbers table")
    tab.focus(".chart-numbers summary")
    tab.keyboard.press("Enter")
    assert tab.is_visible(".chart-numbers table")


def test_a_childs_chart_ends_at_its_points(tab, house):
    points = house.ask("GET", f"children/{house.children['Mia']}/")["points"]

    tab.goto(f"{TRAIL}?child=mia")

    assert tab.get_by_role("img", name="Points at the end of each day").is_visible()
    assert (numbers(tab)[-1], sums(tab)[-1]) == (points, points)
    tab.goto(f"{TRAIL}?child=mia&to=2026-04-26")  # the first of them, on one page
    assert changes(tab)[::-1][:3] == [10, 15, 15]


@pytest.mark.parametrize("link", ["Export as CSV", "Export as JSON lines"])
def test_the_list_is_exported_as_it_is_filtered(tab, link):
    tab.goto(f"{TRAIL}?child=mia&from=2026-05-01&to=2026-05-10")
    acts, good, not_good, spent, _ = sums(tab)

    rows = exported(tab, link)

    assert len(rows) == acts == len(cells(tab, "when"))
    assert sum(int(row["delta"]) for row in rows) == good - not_good - spent
    assert [int(row["delta"]) for row in rows] == changes(tab)


def test_an_event_is_opened_and_leads_to_what_undid_it(tab):
    tab.goto(f"{TRAIL}?child=mia&entity_type=task&action=cancelled")
    follow(tab, "#result_list tbody tr >> nth=0 >> .field-when a")
    told = "undid the task Walk the dog of Mia, and took back 10 points: 190 → 180."
    assert told in tab.inner_text(".trail-sentence")
    assert tab.locator("[type=submit]:visible:not(#logout-form *)").count() == 0
    undoing = tab.url.split("?")[0]

    follow(tab, ".trail-acts tr:has-text('Undoes') a")
    assert "gave 10 points to Mia for the task Walk the dog: 180 → 190." in tab.inner_text(".trail-sentence")
    follow(tab, ".trail-acts tr:has-text('Undone by') a")
    assert tab.url == undoing

    follow(tab, ".object-tools >> text=trail")
    assert set(cells(tab, "child")) == {"Mia"}


def test_the_front_page_leads_to_all_of_today(tab):
    tab.goto("/admin/")
    told = sums(tab, "section:has(#today)")
    assert "the trail is clean" in tab.inner_text(".trail-health")

    follow(tab, "text=All acts of today")

    assert [tab.input_value(f"[name={name}]") for name in ("from", "to")] == ["2026-05-14", "2026-05-14"]
    assert sums(tab) == told
    assert len(cells(tab, "when")) == told[0]


def test_a_childs_page_leads_to_its_whole_trail(tab, house):
    tab.goto(f"/admin/children/child/{house.children['Mia']}/change/")
    points = numbers(tab, ".trail-of-child")
    assert str(points[-1]) == tab.inner_text(".field-points .readonly")

    follow(tab, "text=The whole trail")

    assert numbers(tab) == points
    assert sums(tab)[-1] == points[-1]


def test_all_of_it_works_without_script(open_tab):
    tab = open_tab("admin", java_script_enabled=False)
    tab.goto(TRAIL)
    narrow(tab, child="mia")
    narrow(tab, **{"from": "2026-05-01", "to": "2026-05-10"})
    choose(tab, "type", "task")

    assert set(cells(tab, "child")) == {"Mia"}
    tab.click(".chart-numbers summary")
    assert tab.is_visible(".chart-numbers table")
    assert [int(row["delta"]) for row in exported(tab, "Export as CSV")] == changes(tab)

    follow(tab, "#result_list tbody tr >> nth=0 >> .field-when a")
    assert "Mia" in tab.inner_text(".trail-sentence")
