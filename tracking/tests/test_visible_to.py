"""The one rule of who may see what."""

import pytest
from django.contrib.auth.models import AnonymousUser, Permission
from django.utils.functional import SimpleLazyObject

from children.models import User
from children.services.activations import activate
from children.services.children import remove_child
from children.tests.factories import make_user
from tracking.models import TrackingEvent


@pytest.fixture
def events(task, child, sibling, parent, strangers_task, strangers_child, stranger):
    """One event of each child: ours, our sibling's, the stranger's."""
    acts = [(task, child, parent), (task, sibling, parent), (strangers_task, strangers_child, stranger)]
    for entity, one, by in acts:
        activate(entity=entity, child=one, by=by)
    return list(TrackingEvent.objects.order_by("id"))


def seen_by(user):
    return list(TrackingEvent.objects.visible_to(user).order_by("id"))


def with_permission(user):
    user.user_permissions.add(Permission.objects.get(codename="view_trackingevent"))
    return User.objects.get(pk=user.pk)


def test_a_parent_sees_the_familys(events, parent, other_parent):
    assert seen_by(parent) == seen_by(other_parent) == events[:2]


def test_a_child_sees_its_own(events, child_user):
    assert seen_by(child_user) == events[:1]


def test_strangers_see_theirs(events, stranger, strangers_child):
    assert seen_by(stranger) == seen_by(strangers_child.login) == events[2:]


def test_a_superuser_sees_all(events, admin):
    assert seen_by(admin) == events


def test_staff_with_the_permission_sees_all(events):
    assert seen_by(with_permission(make_user("staff", is_staff=True))) == events


def test_staff_in_a_family_with_the_permission_sees_all(events, family):
    assert seen_by(with_permission(make_user("staff", is_staff=True, family=family))) == events


def test_staff_without_the_permission_sees_nothing(events):
    assert seen_by(make_user("staff", is_staff=True)) == []


def test_the_permission_without_staff_sees_nothing(events):
    assert seen_by(with_permission(make_user("nosy"))) == []


def test_staff_in_a_family_without_the_permission_sees_the_familys(events, family):
    assert seen_by(make_user("staff", is_staff=True, family=family)) == events[:2]


def test_a_user_in_no_family_sees_nothing(events):
    assert seen_by(make_user("nobody")) == []


def test_anybody_else_sees_nothing(events):
    assert seen_by(AnonymousUser()) == []


@pytest.mark.parametrize("name", ["parent", "child_user", "admin"])
def test_who_is_deactivated_sees_nothing(request, events, name):
    user = request.getfixturevalue(name)
    user.is_active = False

    assert seen_by(user) == []


def test_the_user_of_a_request_is_as_good(events, parent):
    assert seen_by(SimpleLazyObject(lambda: parent)) == events[:2]


def test_a_parent_still_sees_what_a_removed_child_did(events, child, parent):
    remove_child(child=child, by=parent)

    assert seen_by(parent) == events[:2]


def test_it_narrows_what_is_narrowed_already(events, parent, sibling):
    assert list(TrackingEvent.objects.filter(child_id=sibling.pk).visible_to(parent)) == [events[1]]
    assert list(TrackingEvent.objects.filter(child_id=events[2].child_id).visible_to(parent)) == []
