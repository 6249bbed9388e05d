"""In German and in right-to-left languages the pages hold: nothing is cut, nothing overlaps, and numbers keep their order."""

import pytest

from tracking.tests.browser.axe import look
from tracking.tests.browser.trail import TRAIL, narrow

pytestmark = pytest.mark.browser

WIDTHS = {1280: 900, 390: 844}
APART = (  # what stands beside each other
    *(".trail-sums > div", ".object-tools li", ".chart-label", ".chart-number", "#changelist-filter details"),
    *("#result_list tbody tr:first-child > *", ".trail-acts tbody tr:first-child > *"),
)
WRONG = """(apart) => {
    const width = document.documentElement.clientWidth;
    const wrong = [];
    if (document.documentElement.scrollWidth > width) wrong.push(`the page is ${document.documentElement.scrollWidth} wide`);
    const isDrawn = (element) => element.closest("svg") !== null;
    for (const selector of apart) {
        const seen = [...document.querySelectorAll(selector)].filter((element) => element.checkVisibility());
        const boxes = seen.map((element) => [element, element.getBoundingClientRect()]).filter(([, box]) => box.width);
        boxes.forEach(([element, box], index) => {
            if (!isDrawn(element) && (box.left < -1 || box.right > width + 1)) wrong.push(`outside: ${element.outerHTML}`);
            if (!isDrawn(element) && element.scrollWidth > element.clientWidth + 1) wrong.push(`cut: ${element.outerHTML}`);
            for (const [other, next] of boxes.slice(index + 1)) {
                const across = Math.min(box.right, next.right) - Math.max(box.left, next.left);
                const down = Math.min(box.bottom, next.bottom) - Math.max(box.top, next.top);
                if (across > 1 && down > 1) wrong.push(`over each other: ${element.outerHTML} ${other.outerHTML}`);
            }
        });
    }
    return wrong;
}"""
ORDER = """(element) => {
    const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    const places = [];
    while (texts.nextNode()) {
        for (const match of texts.currentNode.data.matchAll(/[+-]|\\d+|→|▲|▼/g)) {
            const range = document.createRange();
            range.setStart(texts.currentNode, match.index);
            range.setEnd(texts.currentNode, match.index + match[0].length);
            places.push([range.getBoundingClientRect(), match[0]]);
        }
    }
    return places.sort(([one], [other]) => one.top - other.top || one.left - other.left).map(([, text]) => text);
}"""


@pytest.fixture(params=["de", "he"])
def tab(open_tab, request):
    return open_tab("admin", locale=request.param)


def wrong(tab, path):
    """Return what is wrong with how a page is laid out, in both widths."""
    tab.goto(path)
    found = []
    for width, height in WIDTHS.items():
        tab.set_viewport_size({"width": width, "height": height})
        found += [f"{path} {width}: {finding}" for finding in tab.evaluate(WRONG, APART)]
    return found


@pytest.mark.parametrize("tab", ["de", "he", "ar"], indirect=True)
def test_the_pages_hold(tab, house):
    child = house.children["Mia"]
    pages = ("/admin/", TRAIL, f"{TRAIL}?child=mia", f"{TRAIL}200/change/", f"/admin/children/child/{child}/change/")

    assert [finding for page in pages for finding in wrong(tab, page)] == []


@pytest.mark.parametrize("tab", ["he"], indirect=True)
def test_numbers_keep_their_order_from_right_to_left(tab):
    tab.goto(f"{TRAIL}?child=mia&entity_type=task&action=cancelled&to=2026-05-08")
    row = tab.locator("#result_list tbody tr").first
    assert tab.get_attribute("html", "dir") == "rtl"
    assert row.locator(".field-points").evaluate(ORDER) == ["190", "→", "180"]
    assert row.locator(".field-change").evaluate(ORDER) == ["-", "10", "▼"]
    assert row.locator(".field-when").evaluate(ORDER)[:5] == ["2026", "-", "05", "-", "08"]

    tab.goto(row.locator(".field-when a").get_attribute("href"))
    assert tab.locator(".trail-sentence [dir=ltr]").evaluate(ORDER) == ["190", "→", "180"]


def test_days_are_typed_as_everywhere(tab):
    tab.goto(f"{TRAIL}?child=mia")
    narrow(tab, **{"from": "2026-05-12", "to": "2026-05-13"})

    assert tab.input_value("[name=from]") == "2026-05-12"
    assert tab.locator("#result_list tbody tr").count() == 6


def test_the_chart_runs_from_left_to_right_and_its_geometry_is_not_translated(tab):
    tab.goto(f"{TRAIL}?child=mia")
    labels = tab.locator(".chart-label").evaluate_all(
        "labels => labels.map((each) => each.getBoundingClientRect().left)"
    )
    number = tab.locator(".chart-number").first.bounding_box()

    assert labels == sorted(labels)
    assert number["x"] < labels[0]
    assert "NaN" not in tab.inner_html(".chart svg")
    corners = tab.get_attribute(".chart-line", "points").split(" ")
    assert all(len([float(number) for number in corner.split(",")]) == 2 for corner in corners)


def test_nothing_is_found_by_axe(open_tab):
    german, hebrew = (open_tab("admin", locale=language) for language in ("de", "he"))

    assert look(german, f"{TRAIL}?child=mia") == []
    assert [
        finding for page in ("/admin/", f"{TRAIL}?child=mia", f"{TRAIL}200/change/") for finding in look(hebrew, page)
    ] == []


LENGTHEN = """(names) => Object.entries(names).forEach(
    ([column, name]) => document.querySelectorAll(`#result_list td.field-${column} bdi`).forEach((cell) => { cell.textContent = name; })
)"""
LONG = {
    "what": "Donaudampfschifffahrtsgesellschaft spielen",
    "child": "Maximiliane-Alexandra",
    "who": "maximiliane.alexandra",
}


@pytest.mark.parametrize("tab", ["de"], indirect=True)
def test_long_names_do_not_push_the_points_out_of_sight(tab):
    tab.goto(TRAIL)
    tab.evaluate(LENGTHEN, LONG)

    for width in (1440, 1280, 1024, 768, 390):
        tab.set_viewport_size({"width": width, "height": 800})
        room, needed = tab.eval_on_selector(".results", "(box) => [box.clientWidth, box.scrollWidth]")
        assert needed <= room + 1, width
