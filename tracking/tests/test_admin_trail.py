import re

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.urls import reverse

from children import guards
from children.services.accounts import delete_user
from children.services.activations import activate, cancel_activation
from children.services.children import remove_child
from children.tests.factories import earn, make_admin, make_child, make_user
from rewards.services.requests import request_reward
from rewards.services.rewards import archive_reward
from tracking.models import TrackingEvent
from tracking.tests.factories import make_event

LIST = "/admin/tracking/trackingevent/"


def column(response, name):
    cells = re.findall(rf'<t[dh] class="field-{name}(?: nowrap)?">(.*?)</t[dh]>', response.text)
    return [re.sub("<.*?>", "", cell) for cell in cells]


def detail(site, event):
    return site.get(reverse("admin:tracking_trackingevent_change", args=[event.pk])).text


def test_the_trail_shows_who_did_what_to_which_child(site, parent, child, task):
    activate(entity=task, child=child, by=parent)

    response = site.get(LIST)

    assert column(response, "who") == ["parent"]
    assert column(response, "child") == ["Ada"]
    assert column(response, "what") == ["Dishes task"]
    assert column(response, "action") == ["activated"]
    assert column(response, "points") == ["0 → 10"]
    assert column(response, "change") == ["+10 ▲"]


def test_who_is_gone_is_shown_as_what_it_was(site, parent, other_parent, child, child_user, reward, task):
    activate(entity=task, child=child, by=None)
    activate(entity=task, child=child, by=parent)
    request_reward(reward=reward, child=child, by=child_user)
    other_admin = make_admin("other-admin")
    archive_reward(reward=reward, by=other_admin)
    for user in (parent, child_user, other_admin):
        delete_user(user=user, by=None)

    response = site.get(LIST)

    assert column(response, "who") == ["anonymised admin", "anonymised child", "anonymised parent", "system"]


def test_a_child_that_is_gone_is_shown_by_its_number(site, child, sibling, task):
    activate(entity=task, child=child, by=None)
    activate(entity=task, child=sibling, by=None)
    remove_child(child=child, by=None)

    response = site.get(LIST)

    assert column(response, "child") == ["Byron", f"removed child {child.pk}"]


def test_a_child_that_never_was_is_shown_by_its_number(site, parent, child, task):
    activate(entity=task, child=child, by=parent)
    plain = TrackingEvent.objects.get().to_dict()
    TrackingEvent.from_dict({**plain, "id": None, "child_id": 2**40, "metadata": None}).save()

    response = site.get(LIST)

    assert f"removed child {2**40}" in column(response, "child")
    assert f"{plain['entity_id']} task" in column(response, "what")


def test_the_trail_is_newest_first_whatever_order_is_asked_for(site, parent, child, task):
    for _ in range(3):
        activate(entity=task, child=child, by=parent)
    newest_first = [event.pk for event in TrackingEvent.objects.newest_first()]

    for query in ("", "?o=1", "?o=-3.2", "?o=junk"):
        changelist = site.get(LIST + query).context["cl"]

        assert [event.pk for event in changelist.result_list] == newest_first
        assert changelist.queryset.query.order_by == ("-occurred_at", "-created_at", "-id")


def test_no_column_offers_to_sort(site, child):
    earn(child, 1)

    assert "?o=" not in site.get(LIST).text


def test_the_number_of_queries_does_not_grow_with_the_rows(site, family, task, django_assert_num_queries):
    def live_a_little(number):
        someone, child = make_user(f"user-{number}", family=family), make_child(family, f"Child {number}")
        activate(entity=task, child=child, by=someone)
        activate(entity=task, child=child, by=None)
        if number % 2:
            remove_child(child=child, by=None)
            delete_user(user=someone, by=None)

    make_user("stays", family=family)
    live_a_little(0)
    live_a_little(1)
    # session, user; the family, its newest event; what is sealed, count, rows, their users, their children; first, last, sums
    with django_assert_num_queries(12):
        assert len(site.get(LIST).context["cl"].result_list) == 4
    for number in range(2, 16):
        live_a_little(number)

    with django_assert_num_queries(12):
        assert len(site.get(LIST).context["cl"].result_list) == 32


def test_an_event_is_shown_whole(site, parent, child, task):
    activation = activate(entity=task, child=child, by=parent)
    cancel_activation(activation=activation, by=parent)
    event = TrackingEvent.objects.newest_first().first()

    page = detail(site, event)

    for text in ("parent", "Ada", "Dishes", "10 → 0", "-10", "&quot;reason&quot;: &quot;undone&quot;"):
        assert text in page
    assert event.to_dict()["occurred_at"] in page
    assert event.to_dict()["created_at"] in page


def test_an_event_of_who_is_gone_is_shown(site, parent, other_parent, child, task):
    activate(entity=task, child=child, by=parent)
    delete_user(user=parent, by=None)
    remove_child(child=child, by=None)

    page = detail(site, TrackingEvent.objects.get())

    assert "anonymised parent" in page
    assert f"removed child {child.pk}" in page


def test_names_are_escaped(site, parent, family, task):
    nasty = make_child(family, "<script>alert(1)</script>")
    activate(entity=task, child=nasty, by=parent)

    assert "<script>alert" not in site.get(LIST).text + detail(site, TrackingEvent.objects.get())


@pytest.fixture
def auditor(client, db):
    """Staff that may look at the trail, and at nothing else."""
    user = make_user("auditor", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_trackingevent"))
    client.force_login(user)
    return client


def test_staff_with_one_permission_sees_the_trail_and_nothing_else(auditor, parent, child, task):
    activate(entity=task, child=child, by=parent)

    apps = auditor.get("/admin/").context["app_list"]

    assert [model["object_name"] for app in apps for model in app["models"]] == ["TrackingEvent"]
    assert column(auditor.get(LIST), "child") == ["Ada"]
    assert "10 → 20" not in detail(auditor, TrackingEvent.objects.get())
    assert auditor.get("/admin/children/child/").status_code == 403
    assert auditor.get("/admin/children/user/").status_code == 403
    assert auditor.get("/admin/tracking/unrecordedevent/").status_code == 403


@pytest.mark.parametrize("codenames", [[], ["change_trackingevent", "add_trackingevent"]])
def test_staff_without_the_permission_does_not_see_the_trail(client, child, codenames):
    helper = make_user("helper", is_staff=True)
    helper.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client.force_login(helper)

    assert client.get(LIST, {"child": "Ada"}).status_code == 403


def test_half_a_character_in_a_forged_row_is_no_error(site, child):
    with connection.cursor() as cursor:
        event = make_event(child_id=child.pk, family_id=child.family_id)
        if connection.vendor == "sqlite":  # PostgreSQL takes none
            guards.lift(connection)
            cursor.execute("UPDATE tracking_trackingevent SET metadata = %s", [r'{"entity_name": "\ud800"}'])

    assert site.get(LIST).status_code == 200
    assert detail(site, event)


@pytest.mark.parametrize("path", ["", "tracking/trackingevent/", "children/family/add/"])
def test_who_is_not_staff_is_sent_to_the_login(client, parent, path):
    client.force_login(parent)

    response = client.get(f"/admin/{path}")

    assert response.url.startswith("/admin/login/")
