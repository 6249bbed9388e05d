"""axe-core finds nothing on our pages."""

import pytest

from tracking.tests.browser.axe import look
from tracking.tests.browser.trail import TRAIL

pytestmark = pytest.mark.browser

PEOPLE = (
    *("children/family/", "children/family/add/", "children/family/1/change/"),
    *("children/user/", "children/user/add/", "children/user/1/change/", "children/user/1/delete/"),
    *("children/child/", "children/child/add/", "children/child/1/change/", "children/child/1/delete/"),
)
THINGS = (
    *("children/task/", "children/task/add/", "children/task/1/change/", "children/task/1/delete/"),
    *("children/activation/1/change/", "rewards/rewardrequest/1/change/"),
)
STATE = (
    *("children/accountdeletionpolicy/1/change/", "children/accountdeletion/", "tracking/verification/"),
    *("tracking/verification/1/change/", "tracking/unrecordedevent/", "tracking/unrecordedevent/1/change/"),
)


@pytest.fixture
def found(open_tab):
    """Return a function that looks at pages, and tells what is wrong with them."""

    def found(username, *pages):
        tab = open_tab(username)
        return [finding for page in pages for finding in look(tab, page)]

    return found


def test_nothing_is_found_where_the_trail_is_read(found):
    assert found("admin", "/admin/", TRAIL, f"{TRAIL}?child=mia", f"{TRAIL}?child=zoe", f"{TRAIL}200/change/") == []


@pytest.mark.usefixtures("stuck_event")
@pytest.mark.parametrize("pages", [PEOPLE, THINGS, STATE], ids=["people", "things", "state"])
def test_nothing_is_found_in_the_rest_of_the_site(found, pages):
    assert found("admin", *(f"/admin/{page}" for page in pages)) == []


def test_nothing_is_found_at_the_logins(found):
    assert found(None, "/admin/login/", "/api-auth/login/") == []
