import re

from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.urls import reverse

from children.services.activations import activate
from tracking.models import TrackingEvent


def act(task, child, by, times):
    for _ in range(times):
        activate(entity=task, child=child, by=by)


def delete_page(user):
    return reverse("admin:children_user_delete", args=[user.pk])


def test_before_a_user_is_deleted_the_page_says_how_many_events_will_name_nobody(
    site, task, child, parent, other_parent
):
    act(task, child, parent, 3)
    act(task, child, other_parent, 1)

    assert "3 events will be anonymised" in site.get(delete_page(parent)).content.decode()
    assert "1 event will be anonymised" in site.get(delete_page(other_parent)).content.decode()


def test_those_of_the_children_count_where_the_family_goes_along(site, task, reward, child, child_user, parent):
    act(task, child, parent, 3)
    act(task, child, child_user, 2)  # no matter that it may not

    assert "5 events will be anonymised" in site.get(delete_page(parent)).content.decode()
    assert "2 events will be anonymised" in site.get(delete_page(child_user)).content.decode()


def test_the_page_for_several_says_it_of_each(site, task, child, parent, other_parent):
    act(task, child, parent, 3)
    act(task, child, other_parent, 1)
    users = {"action": "delete_selected", ACTION_CHECKBOX_NAME: [parent.pk, other_parent.pk]}

    page = site.post(reverse("admin:children_user_changelist"), users).content.decode()

    assert "3 events will be anonymised" in page
    assert "1 event will be anonymised" in page


def test_nobodys_events_are_counted_twice(site, task, child, child_user, parent, other_parent):
    act(task, child, parent, 3)
    act(task, child, other_parent, 1)
    act(task, child, child_user, 2)
    users = {"action": "delete_selected", ACTION_CHECKBOX_NAME: [parent.pk, other_parent.pk, child_user.pk]}

    page = site.post(reverse("admin:children_user_changelist"), users).content.decode()

    assert sum(map(int, re.findall(r"(\d+) events? will be", page))) == 6


def test_and_so_it_is(site, task, child, parent, other_parent):
    act(task, child, parent, 3)
    act(task, child, other_parent, 1)

    site.post(delete_page(parent), {"post": "yes"})

    assert TrackingEvent.objects.filter(user=None, actor_role="parent").count() == 3
    assert TrackingEvent.objects.filter(user=other_parent).count() == 1
