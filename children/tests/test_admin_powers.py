"""Nobody helps itself to more on the admin site: only superusers grant powers or touch superusers, and no child gets any."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.urls import reverse

from children.models import User
from children.tests.factories import make_admin, make_user

ADD = "/admin/children/user/add/"
LIST = "/admin/children/user/"
PASSWORD = "another long pass phrase"


@pytest.fixture
def helper(db):
    """Staff that may do everything with users, and is no superuser."""
    helper = make_user("helper", is_staff=True)
    helper.user_permissions.set(
        Permission.objects.filter(content_type__app_label="children", codename__endswith="_user")
    )
    return helper


@pytest.fixture
def helpers_site(client, helper):
    client.force_login(helper)
    return client


@pytest.fixture
def powers():
    """All that the form of a user can grant."""
    group = Group.objects.create(name="Mighty")
    permission = Permission.objects.get(codename="delete_family")
    return {"is_staff": "on", "is_superuser": "on", "groups": [group.pk], "user_permissions": [permission.pk]}


def url(user, page):
    return reverse(f"admin:children_user_{page}", args=[user.pk])


def set_password(site, user):
    data = {"password1": PASSWORD, "password2": PASSWORD, "usable_password": "true", "set-password": ""}
    return site.post(reverse("admin:auth_user_password_change", args=[user.pk]), data)


def said(response):
    return [str(message) for message in response.context["messages"]]


def granted(user):
    user.refresh_from_db()
    return user.is_staff, user.is_superuser, user.groups.exists(), user.user_permissions.exists()


def test_a_superuser_grants_powers(site, parent, powers):
    site.post(url(parent, "change"), {"username": "parent", "is_active": "on", **powers})

    assert granted(parent) == (True, True, True, True)


def test_nobody_grants_powers_to_a_child_whose_password_its_parents_set(site, child_user, powers):
    response = site.post(url(child_user, "change"), {"username": "augusta", "is_active": "on", **powers})

    assert response.status_code == 302
    assert granted(child_user) == (False, False, False, False)
    assert child_user.username == "augusta"


def test_staff_edits_users_but_grants_no_powers(helpers_site, parent, powers):
    response = helpers_site.post(url(parent, "change"), {"username": "grace", "is_active": "on", **powers})

    assert response.status_code == 302
    assert granted(parent) == (False, False, False, False)
    assert parent.username == "grace"


def test_staff_does_not_promote_itself(helpers_site, helper, powers):
    helpers_site.post(url(helper, "change"), {"username": "helper", "is_active": "on", **powers})

    helper.refresh_from_db()
    assert not helper.is_superuser
    assert not helper.has_perm("children.delete_family")
    assert not helper.groups.exists()


def test_staff_grants_no_powers_with_the_page_that_adds_either(helpers_site, parent, powers):
    new = {"password1": PASSWORD, "password2": PASSWORD, **powers}

    helpers_site.post(ADD, {"username": "added", **new})
    helpers_site.post(url(parent, "change"), {"username": "copied", "_saveasnew": "1", **new})

    made = User.objects.filter(username__in=["added", "copied"])
    assert [granted(user) for user in made] == [(False, False, False, False)] * 2


def test_staff_looks_at_a_superuser_but_does_not_change_it(helpers_site, admin):
    shown = helpers_site.get(url(admin, "change"))
    posted = helpers_site.post(url(admin, "change"), {"username": "mine", "is_active": "on"})

    assert (shown.status_code, posted.status_code) == (200, 403)
    assert "_save" not in shown.text
    assert User.objects.filter(username="admin").exists()


def test_staff_sets_the_password_of_others_but_not_of_a_superuser(helpers_site, admin, parent):
    assert set_password(helpers_site, parent).status_code == 302
    assert set_password(helpers_site, admin).status_code == 403

    admin.refresh_from_db()
    assert not admin.check_password(PASSWORD)


def test_staff_does_not_delete_a_superuser(helpers_site, admin):
    page = helpers_site.get(url(admin, "delete"))
    posted = helpers_site.post(url(admin, "delete"), {"post": "yes"})

    assert (page.status_code, posted.status_code) == (403, 403)
    assert User.objects.filter(pk=admin.pk).exists()


def test_of_several_users_staff_deletes_all_but_the_superuser(helpers_site, admin, parent, stranger):
    selected = {"action": "delete_selected", "_selected_action": [admin.pk, parent.pk, stranger.pk]}

    confirmation = helpers_site.post(LIST, selected)
    response = helpers_site.post(LIST, {**selected, "post": "yes"}, follow=True)

    assert confirmation.text.count("It stays: you may not delete it.") == 1
    assert said(response) == [
        "admin was not deleted: Only a superuser deletes a superuser.",
        "Successfully deleted 2 users.",
    ]
    assert User.objects.filter(pk=admin.pk).exists()


def test_a_superuser_that_stays_keeps_its_family(helpers_site, family, parent):
    make_admin("boss")
    User.objects.filter(username="boss").update(family=family)
    selected = [parent.pk, User.objects.get(username="boss").pk]

    confirmation = helpers_site.post(LIST, {"action": "delete_selected", "_selected_action": selected})

    assert "goes along" not in confirmation.text


def test_a_superuser_changes_another(site):
    other = make_admin("other")

    response = site.post(url(other, "change"), {"username": "other", "is_active": "on", "is_staff": "on"})

    assert response.status_code == 302
    assert granted(other) == (True, False, False, False)
    assert set_password(site, other).status_code == 302
