"""No text of a page stands outside gettext: in a language that puts brackets around each, no word is bare but data."""

import pytest
from django.contrib import admin as admin_site
from django.urls import reverse

from children.api.views import MeView
from children.models import User
from children.services.activations import activate
from children.tests.factories import mark
from tracking.models import UnrecordedEvent
from tracking.tests.aging import live
from tracking.tests.factories import MOMENT, make_event, make_verification
from tracking.tests.pseudo import bare_words, speak_in_brackets, visible

# Names, and what Django itself says in English only: a label, and what its pictures mean.
KNOWN = {"Chore", "UTC", "Lovelace", "Ada", "ada", "Byron", "Dishes", "Shouting", "Paid"}
KNOWN |= {"ID", "Search", "True", "False"}
LIST = "/admin/tracking/trackingevent/"

pytestmark = pytest.mark.once


@pytest.fixture
def life(child, sibling, task, penalty, parent, admin):
    live(child, sibling, task, penalty, parent)
    activate(entity=task, child=sibling, by=parent)
    make_event(child_id=1815, sequence=2, metadata=None)
    for user in (parent, admin):  # names that are no words, and no password: a part of its hash would be shown
        User.objects.filter(pk=user.pk).update(username=str(user.pk), password="!")
    mark(parent)
    make_verification("1815")
    UnrecordedEvent.objects.create(child_id=1, sequence=1, event={}, error="1815", created_at=MOMENT)


@pytest.fixture
def site(client, admin, life):
    admin.refresh_from_db()
    client.force_login(admin)
    return client


@pytest.fixture
def brackets(monkeypatch):
    speak_in_brackets(monkeypatch)


def bare(site, address):
    response = site.get(address, follow=True, headers={"Accept": "text/html"})
    if response.status_code == 403:  # nobody may: Django says so in a word
        return set()
    assert response.status_code == 200 and response.context["user"].pk
    return bare_words(visible(response.text)) - KNOWN


def pages():
    yield reverse("admin:index")
    for model in admin_site.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield reverse(f"{name}_changelist")
        yield reverse(f"{name}_add")
        for row in {model.objects.order_by("pk").first(), model.objects.order_by("pk").last()} - {None}:
            yield from (reverse(f"{name}_{page}", args=[row.pk]) for page in ("change", "delete", "history"))


def test_the_pages_of_the_admin_site(site, brackets):
    found = {address: bare(site, address) for address in pages()}

    assert len(found) > 50
    assert {address: words for address, words in found.items() if words} == {}


def test_the_pages_of_a_house_in_which_nothing_happened(client, admin, child, brackets):
    client.force_login(admin)

    for address in ("/admin/", LIST, f"/admin/children/child/{child.pk}/change/"):
        assert bare(client, address) <= {"admin"}, address


def test_the_filters_of_the_trail_and_what_they_refuse(site, child, brackets):
    asked = ("child=Ada", "from=2026-03-04&to=2026-03-05", "from=3&to=4", "from=2026-03-04&to=2026-03-03", "child=x")
    asked += (f"child={10**30}", "action=x", "entity_type=x", "anonymized=true", "x=1", "family=2&child=2")
    found = {parameters: bare(site, f"{LIST}?{parameters}") for parameters in asked}

    assert {address: words for address, words in found.items() if words} == {}


def test_a_trail_that_is_long(site, brackets, monkeypatch):
    monkeypatch.setattr("tracking.admin.panel.AT_ONCE", 1)

    assert bare(site, LIST) == set()


def test_what_forms_and_deletions_answer(site, admin, parent, child, task, brackets):
    everybody = {"action": "delete_selected", "_selected_action": [admin.pk, parent.pk]}
    login = {"username": str(parent.pk), "password1": "1", "password2": "2"}
    posts = (
        (f"children/task/{task.pk}/delete/", {"post": "yes"}),
        (f"children/child/{child.pk}/delete/", {"post": "yes"}),
        (f"children/user/{admin.pk}/delete/", {"post": "yes"}),
        ("children/user/", everybody),
        ("children/user/", {**everybody, "post": "yes"}),
        ("children/user/", {**everybody, "_selected_action": ["x"]}),
        ("children/family/add/", {}),
        ("children/family/add/", {**login, "name": "1815", "timezone": "x"}),
        ("children/child/add/", {**login, "name": "1815", "family": parent.family_id, "username": ""}),
        ("children/accountdeletionpolicy/1/change/", {"threshold_hours": 1}),
    )
    for path, data in posts:
        page = site.post(f"/admin/{path}", data, follow=True)
        assert page.status_code == 200
        assert bare_words(visible(page.text)) - KNOWN == set(), path


def test_the_pages_of_the_api(site, client, brackets):
    """But for the reference, which is in English: what a view is called and does, and how to ask it."""
    reference = bare_words(f"Make a GET request on the Me resource. Make an OPTIONS request. {MeView.__doc__}")

    assert bare(site, "/api/v1/me/") - reference == set()
    client.logout()
    for address in ("/api/v1/docs/", "/api-auth/login/", "/admin/login/"):
        assert bare_words(visible(client.get(address).text)) - KNOWN == set()
