"""Activations, requests, events, what waits to be one and what verifying found are there to be looked at, for superusers too."""

import pytest
from django.forms.models import model_to_dict
from django.urls import reverse

from children.models import Activation
from children.services.activations import activate
from children.services.items import archive_item
from children.tests.factories import earn
from rewards.models import RewardRequest
from rewards.services.requests import request_reward
from tracking.models import TrackingEvent, UnrecordedEvent, Verification
from tracking.tests.factories import make_verification

NAMES = {
    "children_activation": Activation,
    "rewards_rewardrequest": RewardRequest,
    "tracking_unrecordedevent": UnrecordedEvent,
    "tracking_trackingevent": TrackingEvent,
    "tracking_verification": Verification,
}
each_model = pytest.mark.parametrize("name", NAMES)


@pytest.fixture
def rows(child, parent, reward, penalty):
    """At least one row of each."""
    earn(child, 50)
    activate(entity=penalty, child=child, by=parent)
    request_reward(reward=reward, child=child, by=parent)
    event = TrackingEvent.objects.newest_first().first()
    UnrecordedEvent.objects.create(
        child_id=child.pk, sequence=99, event=event.to_dict(), error="IntegrityError()", created_at=event.created_at
    )
    make_verification("unrecorded: it waits")


def first(name):
    return NAMES[name].objects.order_by("pk").first()


def everything(name):
    return list(NAMES[name].objects.order_by("pk").values())


@each_model
def test_its_pages_can_be_looked_at(site, rows, name):
    listed = site.get(reverse(f"admin:{name}_changelist"))
    shown = site.get(reverse(f"admin:{name}_change", args=[first(name).pk]))
    history = site.get(reverse(f"admin:{name}_history", args=[first(name).pk]))

    assert (listed.status_code, shown.status_code, history.status_code) == (200, 200, 200)


@each_model
def test_no_page_offers_to_change_anything(site, rows, name):
    listed = site.get(reverse(f"admin:{name}_changelist"))
    shown = site.get(reverse(f"admin:{name}_change", args=[first(name).pk]))

    assert listed.context["action_form"] is None
    assert listed.context["has_add_permission"] is False
    assert not shown.context["adminform"].form.fields
    for word in ("_save", "_saveasnew", "_addanother", "deletelink", "_selected_action"):
        assert word not in listed.text + shown.text


@each_model
def test_the_links_to_change_it_are_forbidden(site, rows, name):
    pk = first(name).pk

    assert site.get(reverse(f"admin:{name}_add")).status_code == 403
    assert site.get(reverse(f"admin:{name}_delete", args=[pk])).status_code == 403


@each_model
def test_posting_to_it_changes_nothing(site, rows, name):
    before = everything(name)
    row = first(name)
    change = reverse(f"admin:{name}_change", args=[row.pk])
    data = {field: "" if value is None else value for field, value in model_to_dict(row).items()}

    assert site.post(reverse(f"admin:{name}_add"), data).status_code == 403
    assert site.post(change, {**data, "_save": "Save"}).status_code == 403
    assert site.post(change, {**data, "_saveasnew": "1"}).status_code == 403
    assert site.post(reverse(f"admin:{name}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403
    assert everything(name) == before


@each_model
@pytest.mark.parametrize("extra", [{}, {"index": "0"}, {"select_across": "1"}, {"_save": "1", "form-0-id": "1"}])
def test_there_is_no_bulk_action(site, rows, name, extra):
    before = everything(name)
    selected = [row["id"] for row in before]

    site.post(
        reverse(f"admin:{name}_changelist"),
        {"action": "delete_selected", "_selected_action": selected, "post": "yes", **extra},
    )

    assert everything(name) == before


def test_an_activation_shows_the_name_of_what_was_applied_also_when_that_is_archived(site, rows, penalty):
    archive_item(item=penalty, by=None)

    page = site.get("/admin/children/activation/").text

    assert "Shouting" in page
    assert "Chores of last week" in page


@pytest.mark.parametrize("name", ["children_activation", "rewards_rewardrequest", "children_child", "children_user"])
def test_a_list_costs_the_same_however_long(
    site, rows, family, child, parent, task, name, django_assert_num_queries, django_assert_max_num_queries
):
    url = reverse(f"admin:{name}_changelist")
    with django_assert_max_num_queries(12) as few:
        site.get(url)
    for _ in range(20):
        activate(entity=task, child=child, by=parent)

    with django_assert_num_queries(len(few)):
        site.get(url)
