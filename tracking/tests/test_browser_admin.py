"""The admin site, and every other page, in a real browser against a real server."""

import re
from urllib.parse import urlsplit

import pytest

from tracking.tests.browsing import Complaints, browse, find_chromium
from tracking.tests.installation import Installation
from tracking.tests.live import serve

pytestmark = pytest.mark.browser

PASSWORD = "a long enough pass phrase"
SCRIPT = f"""
from datetime import UTC, datetime
from children import clock
from children.models import Penalty, Task, User
from children.services.activations import activate
from children.services.accounts import delete_user
from children.services.children import create_child, remove_child
from children.services.families import create_family
from children.services.items import create_item
from children.services.logins import add_parent
from rewards.models import Reward
from rewards.services.requests import request_reward
from tracking.models import TrackingEvent, UnrecordedEvent

admin = User.objects.create_superuser("admin", password="{PASSWORD}")
family, parent = create_family(name="Lovelace", timezone="UTC", username="parent", password="{PASSWORD}")
leaver = add_parent(family=family, username="leaver", password="{PASSWORD}", by=parent)
ada = create_child(family=family, name="Ada", by=parent, username="ada", password="{PASSWORD}")
byron = create_child(family=family, name="Byron", by=parent)
task = create_item(model=Task, family=family, by=parent, name="Dishes", points=10)
penalty = create_item(model=Penalty, family=family, by=parent, name="Shouting", points=4)
reward = create_item(model=Reward, family=family, by=parent, name="Cinema", cost=20)
for day in range(1, 6):
    with clock.pretend(datetime(2026, 3, day, 12, tzinfo=UTC)):
        for child in (ada, byron):
            activate(entity=task, child=child, by=parent)
with clock.pretend(datetime(2026, 3, 6, 12, tzinfo=UTC)):
    activate(entity=penalty, child=byron, by=leaver)
    activate(entity=penalty, child=byron, by=None)
    request_reward(reward=reward, child=ada, by=ada.login)
    delete_user(user=leaver, by=None)
event = TrackingEvent.objects.newest_first()[0]
UnrecordedEvent.objects.create(
    child_id=ada.pk, sequence=99, event=event.to_dict(), error="IntegrityError()", created_at=event.created_at
)
"""
TRAIL = "/admin/tracking/trackingevent/"
MODELS = (
    *("children/family", "children/user", "children/child", "children/task", "children/penalty", "children/activation"),
    *("rewards/reward", "rewards/rewardrequest", "tracking/trackingevent", "tracking/unrecordedevent"),
    *("tracking/verification", "auth/group"),
)
READ_ONLY = (
    *("children/activation", "rewards/rewardrequest", "tracking/trackingevent", "tracking/unrecordedevent"),
    "tracking/verification",
)
API = (
    *("me", "auth/tokens", "parents", "children", "tasks", "penalties", "activations", "rewards", "reward-requests"),
    *("families", "family", "tracking/events", "auth/login", "junk", "activations/1", "tracking/events/1", "tasks"),
)


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """Of a server whose family has lived a little."""
    find_chromium()
    installation = Installation(tmp_path_factory.mktemp("data"))
    installation.manage("migrate", "--verbosity=0")
    installation.manage("shell", script=SCRIPT)
    with serve(installation) as address:
        yield address


@pytest.fixture(scope="module")
def chromium():
    with browse() as chromium:
        yield chromium


@pytest.fixture
def open_tab(chromium, address, request, tmp_path_factory):
    """Return a function that logs a user in and returns its tab. The test fails for whatever a tab complained about."""
    tabs = []

    def open_tab(username, login="/admin/login/"):
        tab = chromium.new_page(base_url=address, viewport={"width": 1280, "height": 900})
        tabs.append((tab, Complaints(tab, address)))
        tab.goto(f"{login}?next=/admin/")
        tab.fill("[name=username]", username)
        tab.fill("[name=password]", PASSWORD)
        tab.press("[name=password]", "Enter")
        tab.wait_for_url("**/admin/**")
        return tab

    yield open_tab
    folder = tmp_path_factory.getbasetemp() / "screenshots"
    folder.mkdir(exist_ok=True)
    for number, (tab, complaints) in enumerate(tabs):
        tab.screenshot(path=folder / f"{request.node.name.replace('/', '-')}-{number}.png", full_page=True)
        tab.close()
        assert complaints == []


@pytest.fixture
def tab(open_tab):
    """The admin's."""
    return open_tab("admin")


def cells(tab, name):
    return tab.locator(f"#result_list tbody .field-{name}").all_inner_texts()


def test_the_start_is_branded(tab):
    assert tab.title() == "Site administration | Chore"
    assert tab.inner_text("#site-name") == "Chore"


def test_a_family_is_made_with_its_first_parent_on_one_page(tab):
    tab.goto("/admin/children/family/add/")
    tab.fill("[name=name]", "Hopper")
    tab.select_option("[name=timezone]", "Europe/Berlin")
    tab.fill("[name=username]", "grace")
    tab.fill("[name=password1]", PASSWORD)
    tab.fill("[name=password2]", PASSWORD)
    tab.click("[name=_save]")

    assert "was added successfully" in tab.inner_text(".messagelist")
    tab.goto("/admin/children/user/?q=grace")
    assert cells(tab, "family") == ["Hopper"]
    assert cells(tab, "membership") == ["parent"]


def test_the_trail_is_read_and_filtered(tab):
    tab.goto(TRAIL)
    assert cells(tab, "who")[:3] == ["ada", "system", "anonymised parent"]
    assert cells(tab, "child")[:3] == ["Ada", "Byron", "Byron"]
    assert cells(tab, "points")[:3] == ["50 → 50", "46 → 42", "50 → 46"]

    tab.fill("[name=from]", "2026-03-02")
    tab.fill("[name=to]", "2026-03-03")
    tab.click("form:has([name=from]) [type=submit]")
    assert [when[:10] for when in cells(tab, "when")] == ["2026-03-03"] * 2 + ["2026-03-02"] * 2

    tab.click("#changelist-filter >> text=task")
    tab.click("#changelist-filter >> text=activated")
    tab.fill("[name=child_id]", "2")
    tab.press("[name=child_id]", "Enter")
    assert cells(tab, "child") == ["Byron", "Byron"]
    assert cells(tab, "entity") == ["Dishes", "Dishes"]
    assert {"from=2026-03-02", "entity_type=task", "action=activated", "child_id=2"} <= set(
        tab.url[1:].split("?")[1].split("&")
    )

    tab.click("#changelist-filter >> text=Clear all filters")
    assert len(cells(tab, "when")) == 13


def test_a_day_that_does_not_exist_is_named(tab):
    tab.goto(f"{TRAIL}?from=2026-99-99")

    assert "From: Enter a valid date." in tab.inner_text(".messagelist")
    assert cells(tab, "when") == []


def test_an_event_is_opened(tab):
    tab.goto(TRAIL)
    tab.click("#result_list tbody tr >> nth=0 >> th a")

    assert tab.inner_text("pre.json").startswith("{\n")
    assert "Cinema" in tab.inner_text("pre.json")
    assert tab.locator("[type=submit]:visible", has_text=re.compile("Save|Delete")).count() == 0


def test_a_child_is_added_edited_and_deleted_and_its_trail_is_still_found(tab):
    tab.goto("/admin/children/child/")
    tab.click("#result_list >> text=Byron")
    tab.click("text=Delete")
    assert "Its trail stays" in tab.inner_text("#content")
    tab.click("[type=submit][value^=Yes]")
    assert "was deleted successfully" in tab.inner_text(".messagelist")
    assert "Byron" not in tab.inner_text("#result_list")

    tab.goto(f"{TRAIL}?child_id=2")
    assert set(cells(tab, "child")) == {"removed child 2"}
    assert len(cells(tab, "child")) == 7


def test_several_tasks_are_archived(tab):
    tab.goto("/admin/children/task/")
    tab.check("#action-toggle")
    tab.select_option("[name=action]", "delete_selected")
    tab.click("[name=index]")
    assert "It is archived" in tab.inner_text("#content")
    tab.click("[type=submit][value^=Yes]")

    assert tab.inner_text(".messagelist") == "Successfully deleted 1 task."


def visit_pages_of(tab, model):
    read_only = model in READ_ONLY
    tab.goto(f"/admin/{model}/")
    if tab.locator("#result_list tbody th a").count():
        tab.click("#result_list tbody tr >> nth=0 >> th a")
        row = urlsplit(tab.url).path.removesuffix("change/")
        for page in ("history",) if read_only else ("history", "delete"):
            tab.goto(f"{row}{page}/")
    if not read_only:
        tab.goto(f"/admin/{model}/add/")


def test_every_page_of_every_model_holds_to_the_policy(tab):
    for model in MODELS:
        visit_pages_of(tab, model)


def test_the_other_pages_of_the_site_hold_to_the_policy(tab):
    for path in ("password_change/", "children/user/1/password/", "children/", "tracking/", "junk/"):
        tab.goto(f"/admin/{path}")


@pytest.mark.parametrize(("username", "login"), [("admin", "/admin/login/"), ("parent", "/api-auth/login/")])
def test_the_pages_of_the_api_hold_to_the_policy(open_tab, username, login):
    tab = open_tab(username, login)

    for path in API:
        tab.goto(f"/api/v1/{path}/")


def test_the_documentation_holds_to_the_policy(tab):
    tab.goto("/api/v1/docs/")
    tab.wait_for_selector(".opblock")


def test_who_logs_out_sees_the_login_again(tab):
    tab.click("#logout-form button")
    tab.goto("/admin/")

    assert "/admin/login/" in tab.url
