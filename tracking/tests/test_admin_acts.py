"""What an admin does in the admin site leaves its events, in the name of an admin."""

import pytest
from django.urls import reverse

from children.services.accounts import delete_user
from children.services.children import remove_child
from children.tests.factories import earn
from rewards.services.requests import request_reward
from tracking.models import TrackingEvent


@pytest.fixture
def pending(child, parent, reward):
    earn(child, 50)
    request, _ = request_reward(reward=reward, child=child, by=parent)
    return request


def newest():
    return TrackingEvent.objects.newest_first().first()


def test_archiving_a_reward_cancels_its_requests(site, admin, reward, pending):
    site.post(reverse("admin:rewards_reward_delete", args=[reward.pk]), {"post": "yes"})

    event = newest()
    assert (event.action, event.metadata["reason"]) == ("cancelled", "entity_removed")
    assert (event.user, event.actor_role) == (admin, "admin")


def test_deleting_a_child_cancels_its_requests_and_keeps_its_events(site, admin, child, pending):
    site.post(reverse("admin:children_child_delete", args=[child.pk]), {"post": "yes"})

    event = newest()
    assert (event.action, event.metadata["reason"]) == ("cancelled", "child_removed")
    assert (event.user, event.actor_role, event.child_id) == (admin, "admin", child.pk)
    assert TrackingEvent.objects.filter(child_id=child.pk).count() == 3


def test_deleting_a_user_leaves_its_events_without_a_name(site, parent, other_parent, pending):
    site.post(reverse("admin:children_user_delete", args=[parent.pk]), {"post": "yes"})

    event = newest()
    assert (event.action, event.user, event.actor_role) == ("requested", None, "parent")


def test_deleting_the_last_parent_settles_the_family_first(site, admin, parent, child, pending):
    site.post(
        "/admin/children/user/",
        {"action": "delete_selected", "_selected_action": [parent.pk, child.login.pk], "post": "1"},
    )

    event = newest()
    assert (event.metadata["reason"], event.user, event.actor_role) == ("child_removed", admin, "admin")


def test_a_staff_parent_acts_as_a_parent_in_its_own_family(client, parent, other_parent, child, pending):
    parent.is_staff = parent.is_superuser = True
    parent.save()
    client.force_login(parent)

    client.post(reverse("admin:children_child_delete", args=[child.pk]), {"post": "yes"})

    assert newest().actor_role == "parent"


def test_nothing_is_recorded_for_what_was_gone_already(site, parent, other_parent, child, pending):
    remove_child(child=child, by=None)
    delete_user(user=parent, by=None)
    count = TrackingEvent.objects.count()

    site.post("/admin/children/child/", {"action": "delete_selected", "_selected_action": [child.pk], "post": "yes"})
    site.post(reverse("admin:children_user_delete", args=[parent.pk]), {"post": "yes"})

    assert TrackingEvent.objects.count() == count
