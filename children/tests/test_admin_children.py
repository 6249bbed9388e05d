import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.urls import reverse

from children.models import Child, User
from children.services.children import remove_child
from children.tests.factories import earn, make_user

ADD = "/admin/children/child/add/"
LIST = "/admin/children/child/"
LOGIN = {"username": "mia", "password1": "a long enough pass phrase", "password2": "a long enough pass phrase"}


def url(child, page):
    return reverse(f"admin:children_child_{page}", args=[child.pk])


def errors(response):
    return response.context["adminform"].form.errors


def said(response):
    return [str(message) for message in response.context["messages"]]


def test_a_child_is_added_without_a_login(site, family):
    response = site.post(ADD, {"name": "Mia", "family": family.pk})

    child = Child.objects.get()
    assert response.status_code == 302
    assert (child.name, child.family, child.login, child.points) == ("Mia", family, None, 0)


def test_a_child_is_added_with_a_login(site, family):
    site.post(ADD, {"name": "Mia", "family": family.pk, **LOGIN})

    child = Child.objects.get()
    assert child.username == "mia"
    assert child.login.role == "child"
    assert child.login.check_password("a long enough pass phrase")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": ""}, "name"),
        ({"family": ""}, "family"),
        ({"family": str(10**30)}, "family"),
        ({"family": "abc"}, "family"),
        ({"username": "mia"}, "password1"),
        ({"password1": "a long enough pass phrase", "password2": "a long enough pass phrase"}, "username"),
        ({**LOGIN, "username": "parent"}, "username"),
        ({**LOGIN, "password2": "another"}, "password2"),
        ({**LOGIN, "password1": "123", "password2": "123"}, "password2"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(site, family, parent, values, field):
    response = site.post(ADD, {"name": "Mia", "family": family.pk, **values})

    assert response.status_code == 200
    assert field in errors(response)
    assert not Child.objects.exists()


def test_a_child_is_renamed_and_nothing_else(site, child, strangers_family):
    earn(child, 10)

    site.post(url(child, "change"), {"name": "Augusta", "family": strangers_family.pk, "points": 999, "reserved": 5})

    child.refresh_from_db()
    assert (child.name, child.points, child.reserved) == ("Augusta", 10, 0)
    assert child.family != strangers_family


def test_the_balance_is_shown(site, child):
    earn(child, 10)

    page = site.get(url(child, "change"))

    assert list(page.context["adminform"].form.fields) == ["name"]
    assert "field-available" in page.text


def test_a_child_gets_a_login_later(site, sibling):
    site.post(url(sibling, "change"), {"name": "Byron", **LOGIN})

    sibling.refresh_from_db()
    assert sibling.username == "mia"


def test_the_confirmation_says_what_becomes_of_a_child(site, child):
    page = site.get(url(child, "delete")).text

    assert f"removed child {child.pk}" in page
    assert "Its trail stays" in page


def test_a_deleted_child_leaves_a_tombstone(site, child):
    earn(child, 10)

    response = site.post(url(child, "delete"), {"post": "yes"}, follow=True)

    child.refresh_from_db()
    assert said(response) == ["The child “Ada” was deleted successfully."]
    assert (child.name, child.login, child.points) == ("", None, 10)
    assert child.removed_at is not None
    assert not User.objects.filter(username="ada").exists()


def test_several_children_are_deleted(site, child, sibling):
    selected = {"action": "delete_selected", "_selected_action": [child.pk, sibling.pk]}

    confirmation = site.post(LIST, selected)
    response = site.post(LIST, {**selected, "post": "yes"}, follow=True)

    assert f"removed child {sibling.pk}" in confirmation.text
    assert said(response) == ["Successfully deleted 2 children."]
    assert not Child.objects.present().exists()


def test_a_tombstone_is_not_listed_but_can_be_looked_at(site, child):
    remove_child(child=child, by=None)

    assert f"removed child {child.pk}" not in site.get(LIST).text
    assert f"removed child {child.pk}" in site.get(LIST, {"state": "removed"}).text
    assert f"removed child {child.pk}" in site.get(LIST, {"state": "all"}).text
    assert site.get(url(child, "change")).status_code == 200
    assert site.get(url(child, "history")).status_code == 200
    assert site.post(url(child, "change"), {"name": "Back"}).status_code == 403
    assert site.post(url(child, "delete"), {"post": "yes"}).status_code == 403


def test_a_tombstone_that_is_deleted_again_is_refused_with_a_message(site, child, sibling):
    remove_child(child=child, by=None)
    selected = [child.pk, sibling.pk]

    response = site.post(
        f"{LIST}?state=all", {"action": "delete_selected", "_selected_action": selected, "post": "yes"}, follow=True
    )

    assert f"removed child {child.pk} was not deleted: Not found." in said(response)
    assert "Successfully deleted 1 child." in said(response)


def test_a_child_removed_while_the_page_is_confirmed_is_refused_with_a_message(site, child, monkeypatch):
    monkeypatch.setattr("children.admin.service.is_there", lambda obj: True)
    remove_child(child=child, by=None)

    response = site.post(url(child, "delete"), {"post": "yes"}, follow=True)
    edited = site.post(url(child, "change"), {"name": "Back"}, follow=True)

    assert said(response) == ["Not found."]
    assert "Not found." in said(edited)


def test_the_log_of_the_site_forgets_the_name(site, family):
    site.post(ADD, {"name": "Mia", "family": family.pk})
    child = Child.objects.get()

    site.post(url(child, "delete"), {"post": "yes"})

    assert {entry.object_repr for entry in LogEntry.objects.all()} == {f"removed child {child.pk}"}


def test_a_staff_child_that_deletes_itself_is_out(client, child, child_user):
    child_user.is_staff = True
    child_user.save()
    child_user.user_permissions.set(Permission.objects.filter(codename__in=["delete_child", "view_child"]))
    client.force_login(child_user)

    response = client.post(url(child, "delete"), {"post": "yes"}, follow=True)

    assert response.redirect_chain[-1][0].startswith("/admin/login/")
    assert not User.objects.filter(pk=child_user.pk).exists()


def test_staff_without_the_permission_deletes_no_child(client, child):
    client.force_login(make_user("helper", is_staff=True))

    response = client.post(url(child, "delete"), {"post": "yes"})

    assert response.status_code == 403
    assert Child.objects.present().filter(pk=child.pk).exists()
