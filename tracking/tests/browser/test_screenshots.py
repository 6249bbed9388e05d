"""The pictures of the documentation: `make screenshots` has this test write them to docs/screenshots."""

import os
from pathlib import Path

import pytest

from tracking.tests.browser.trail import TRAIL

pytestmark = pytest.mark.browser

LARGEST = 120_000  # bytes


@pytest.fixture
def folder(tmp_path):
    return Path(os.environ.get("CHORE_TEST_SCREENSHOTS") or tmp_path)


@pytest.fixture
def take(open_tab, folder):
    """Return a function that pictures a page, without the list of all models beside it."""

    def take(name, page, *, width=1280, height):
        tab = open_tab("admin", width=width)
        tab.add_init_script("localStorage.setItem('django.admin.navSidebarIsOpen', 'false')")
        tab.set_viewport_size({"width": width, "height": height})
        tab.goto(page)
        tab.screenshot(path=folder / f"{name}.png")

    return take


def test_the_pages_are_pictured(take, house, folder, settings):
    mia = house.children["Mia"]
    refund = house.ask("GET", f"tracking/events/?child_id={mia}&entity_type=reward&action=cancelled")["results"][1]

    take("front-page", "/admin/", height=820)
    take("list", f"{TRAIL}?child=mia&from=2026-05-01", height=820)
    take("list-narrow", f"{TRAIL}?child=mia&from=2026-05-01", width=390, height=844)
    take("event", f"{TRAIL}{refund['id']}/change/", height=700)
    take("child", f"/admin/children/child/{mia}/change/", height=1240)

    taken = {path.name: path.stat().st_size for path in folder.glob("*.png")}
    kept = (settings.BASE_DIR / "docs" / "screenshots").glob("*.png")
    assert set(taken) == {path.name for path in kept}
    assert max(taken.values()) <= LARGEST
