"""The list of the trail in the admin site as a file: what its filters show."""

import json

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from children.services.activations import activate, cancel_activation
from children.tests.factories import make_user
from tracking.models import TrackingEvent
from tracking.tests.exporting import content_of, ids_of, rows_of

LIST = "/admin/tracking/trackingevent/"
CSV = f"{LIST}events.csv"
JSON_LINES = f"{LIST}events.jsonl"
each_file = pytest.mark.parametrize("path", [CSV, JSON_LINES])


@pytest.fixture
def trail(parent, child, sibling, task, penalty):
    cancel_activation(activation=activate(entity=task, child=child, by=parent), by=parent)
    activate(entity=penalty, child=sibling, by=parent)


def listed(site, query):
    return [event.pk for event in site.get(LIST, query).context["cl"].result_list]


def said(response):
    return [str(message) for message in response.context["messages"]]


def test_they_have_names():
    assert reverse("admin:tracking_trackingevent_csv") == CSV
    assert reverse("admin:tracking_trackingevent_jsonl") == JSON_LINES


def test_it_is_the_whole_trail_with_names(site, trail):
    rows = rows_of(site.get(CSV))

    assert [(row["entity_name"], row["child_name"], row["username"], row["delta"]) for row in rows] == [
        ("Shouting", "Byron", "parent", "-4"),
        ("Dishes", "Ada", "parent", "-10"),
        ("Dishes", "Ada", "parent", "10"),
    ]
    lines = content_of(site.get(JSON_LINES)).splitlines()
    assert [json.loads(line) for line in lines] == [event.to_dict() for event in TrackingEvent.objects.newest_first()]


@pytest.mark.parametrize(
    "query",
    [{"entity_type": "penalty"}, {"action": "cancelled"}, {"entity_type": "reward"}, {"to": "2001-01-01"}, {"p": "1"}],
)
def test_it_holds_what_the_filters_show(site, trail, query):
    answer = site.get(CSV, query)

    assert answer.headers["X-Total-Count"] == str(len(listed(site, query)))
    assert ids_of(answer) == listed(site, query)


def test_it_holds_all_pages(site, trail, monkeypatch):
    monkeypatch.setattr("tracking.admin.event.TrackingEventAdmin.list_per_page", 1)

    assert len(ids_of(site.get(CSV, {"p": "2"}))) == 3


@each_file
@pytest.mark.parametrize(
    "query",
    ["from=junk", "action=junk", "entity_type=", "child_id=x&from=2026-03-05", "junk=1", "metadata__contains=x"],
)
def test_a_filter_that_makes_no_sense_leads_back_to_the_list_which_says_so_once(site, trail, path, query):
    answer = site.get(f"{path}?{query}", follow=True)

    assert answer.redirect_chain[0] == (f"{LIST}?{query}", 302)
    assert answer.templates
    assert said(answer) == said(site.get(f"{LIST}?{query}", follow=True))


@each_file
def test_it_is_for_who_may_see_the_trail(client, trail, parent, path):
    clerk = make_user("clerk", is_staff=True)
    assert client.get(path).url == f"/admin/login/?next={path}"

    client.force_login(parent)
    assert client.get(path).status_code == 302

    client.force_login(clerk)
    assert client.get(path).status_code == 403

    clerk.user_permissions.add(Permission.objects.get(codename="view_trackingevent"))
    assert client.get(path).headers["X-Total-Count"] == "3"


@each_file
def test_it_is_read_only(site, trail, path):
    assert [getattr(site, method)(path).status_code for method in ("post", "put", "patch", "delete")] == [405] * 4
    head = site.head(path)
    assert (head.status_code, head.getvalue(), head.headers["X-Total-Count"]) == (200, b"", "3")


@each_file
def test_nobody_keeps_a_copy_on_the_way(site, trail, path):
    assert "no-store" in site.get(path).headers["Cache-Control"]
