"""The admin site, and every other page: what is done with them works, and they hold to the content security policy."""

from urllib.parse import urlsplit

import pytest

from tracking.tests.browser.house import PASSWORD
from tracking.tests.browser.trail import TRAIL, cells, follow

pytestmark = pytest.mark.browser

OTHER_PAGES = (  # than those that axe looks at, which hold as well
    *("password_change/", "auth/group/", "auth/group/add/", "auth/group/junk/", "children/", "tracking/", "junk/"),
    *("children/penalty/", "children/penalty/add/", "children/penalty/1/change/", "children/penalty/1/delete/"),
    *("rewards/reward/", "rewards/reward/add/", "rewards/reward/1/change/", "rewards/reward/1/delete/"),
    *("children/activation/", "rewards/rewardrequest/", "children/user/1/password/", "children/user/1/history/"),
    *("children/child/1/history/", "children/task/1/history/", "tracking/trackingevent/1/history/"),
)
FOR_PARENTS = (
    *("me", "auth/tokens", "parents", "children", "tasks", "penalties", "activations", "activations/1", "rewards"),
    *("reward-requests", "family", "tracking/events", "tracking/events/1", "tracking/summary", "auth/login", "junk"),
)
FOR_ADMINS = ("me", "families", "admin/account-deletion/policy", "admin/account-deletion/queue", "tasks")


@pytest.mark.parametrize("width", [1280, 390])
def test_who_logs_in_sees_the_site_and_who_logs_out_the_login_again(open_tab, width):
    tab = open_tab(width=width)
    tab.goto("/admin/")
    tab.fill("[name=username]", "admin")
    tab.fill("[name=password]", PASSWORD)
    follow(tab, "[type=submit]")
    assert tab.title() == "Site administration | Chore"
    assert tab.inner_text("#site-name") == "Chore"

    follow(tab, "#logout-form button")
    tab.goto("/admin/")
    assert urlsplit(tab.url).path == "/admin/login/"


def test_a_family_is_made_with_its_first_parent_on_one_page(tab):
    tab.goto("/admin/children/family/add/")
    tab.fill("[name=name]", "Hopper")
    tab.select_option("[name=timezone]", "Europe/Berlin")
    tab.fill("[name=username]", "grace")
    tab.fill("[name=password1]", PASSWORD)
    tab.fill("[name=password2]", PASSWORD)
    follow(tab, "[name=_save]")

    assert "was added successfully" in tab.inner_text(".messagelist")
    tab.goto("/admin/children/user/?q=grace")
    assert cells(tab, "family") == ["Hopper"]
    assert cells(tab, "membership") == ["parent"]


@pytest.mark.parametrize("width", [1280, 390])
def test_a_child_is_deleted_and_its_events_are_still_found(open_tab, house, width):
    number = house.ask("POST", "children/", {"name": "Noa"})["id"]
    house.ask("POST", f"tasks/{house.tasks['Walk the dog']}/activate/", {"child": number})
    tab = open_tab("admin", width=width)

    tab.goto("/admin/children/child/?q=Noa")
    follow(tab, "#result_list >> text=Noa")
    follow(tab, "#content-main >> text=Delete")
    assert "Its trail stays" in tab.inner_text("#content")
    follow(tab, "[type=submit][value^=Yes]")
    assert "was deleted successfully" in tab.inner_text(".messagelist")
    tab.goto(f"{TRAIL}?child={number}")

    assert cells(tab, "child") == [f"removed child {number}"]
    assert cells(tab, "change") == ["+10 ▲"]


def test_several_tasks_are_archived(tab, house):
    house.ask("POST", "tasks/", {"name": "Polish the brass", "points": 5})

    tab.goto("/admin/children/task/?q=brass")
    tab.check("#action-toggle")
    tab.select_option("[name=action]", "delete_selected")
    follow(tab, "[name=index]")
    assert "It is archived" in tab.inner_text("#content")
    follow(tab, "[type=submit][value^=Yes]")

    assert tab.inner_text(".messagelist") == "Successfully deleted 1 task."


def test_the_other_pages_of_the_site_hold_to_the_policy(tab):
    for page in OTHER_PAGES:
        tab.goto(f"/admin/{page}")


@pytest.mark.parametrize(("username", "pages"), [("ana", FOR_PARENTS), ("admin", FOR_ADMINS)])
def test_the_pages_of_the_api_hold_to_the_policy(open_tab, username, pages):
    tab = open_tab(username)

    for page in pages:
        tab.goto(f"/api/v1/{page}/")


def test_the_login_of_the_api_leads_to_its_documentation(open_tab):
    tab = open_tab()
    tab.goto("/api-auth/login/")
    tab.fill("[name=username]", "mia")
    tab.fill("[name=password]", "sunny-kitchen-7")
    follow(tab, "form button")

    tab.wait_for_selector(".opblock")
