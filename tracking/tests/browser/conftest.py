"""One server and one Chromium for all modules here; each test opens tabs of its own, already logged in."""

import pytest

from tracking.tests.browser.house import COMMAND, SCRIPT, STUCK, House
from tracking.tests.browsing import Complaints, browse, find_chromium
from tracking.tests.installation import Installation
from tracking.tests.live import running

PATIENCE = 20_000  # milliseconds
HEIGHTS = {1280: 900, 390: 844}


@pytest.fixture(scope="package")
def house(tmp_path_factory):
    find_chromium()
    installation = Installation(tmp_path_factory.mktemp("data"))
    told = installation.tell(SCRIPT)
    with running(installation, COMMAND) as server:
        yield House(installation, server, **told)


@pytest.fixture(scope="package")
def stuck_event(house):
    """One that waits to be recorded."""
    house.installation.manage("shell", script=STUCK)


@pytest.fixture(scope="package")
def open_context(house):
    """Return a function that returns the browser of a user, who is logged in, with its cache; a new one for nobody."""
    contexts = {}

    def open_context(username=None, **options):
        key = (username, *options.items())
        context = contexts.get(key) or chromium.new_context(base_url=house.server.address, **options)
        if username:
            contexts[key] = context
            context.add_cookies(house.cookies(username))
        return context

    with browse() as chromium:
        yield open_context


@pytest.fixture
def open_tab(open_context, house):
    """Return a function that opens a tab, as a user or as nobody. The test fails for whatever a tab complained about."""
    tabs = []

    def open_tab(username=None, *, width=1280, **options):
        tab = open_context(username, **options).new_page()
        tab.set_default_timeout(PATIENCE)
        tab.set_viewport_size({"width": width, "height": HEIGHTS[width]})
        tabs.append((tab, Complaints(tab, house.server.address)))
        return tab

    yield open_tab
    for tab, complaints in tabs:
        tab.close()
        assert complaints == []


@pytest.fixture
def tab(open_tab):
    """The admin's."""
    return open_tab("admin")
