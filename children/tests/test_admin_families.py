import pytest
from django.contrib.auth import authenticate
from django.urls import reverse

from children.admin.forms import LoginForm
from children.errors import UsernameTaken
from children.models import Family, User
from children.services.accounts import delete_user

ADD = "/admin/children/family/add/"
LIST = "/admin/children/family/"


def filled(**values):
    password = "a long enough pass phrase"
    first_parent = {"username": "grace", "password1": password, "password2": password}
    return {"name": "Hopper", "timezone": "Europe/Berlin", **first_parent, **values}


def change(family):
    return reverse("admin:children_family_change", args=[family.pk])


def errors(response):
    return response.context["adminform"].form.errors


def test_a_family_is_made_with_its_first_parent_on_one_page(site):
    response = site.post(ADD, filled())

    family = Family.objects.get()
    assert response.status_code == 302
    assert (family.name, family.timezone, family.floor_at_zero) == ("Hopper", "Europe/Berlin", False)
    assert family.users.get().username == "grace"
    assert family.users.get().role == "parent"
    assert family.users.get().check_password("a long enough pass phrase")


def test_the_page_asks_for_all_of_it(site):
    form = site.get(ADD).context["adminform"].form

    assert list(form.fields) == ["name", "timezone", "username", "password1", "password2"]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "   "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "Hop\0per"}, "name"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"timezone": ""}, "timezone"),
        ({"username": ""}, "username"),
        ({"username": "grace hopper"}, "username"),
        ({"username": "g" * 151}, "username"),
        ({"username": "gr\0ce"}, "username"),
        ({"username": "Stranger"}, "username"),
        ({"password1": "", "password2": ""}, "password1"),
        ({"password1": "12345678", "password2": "12345678"}, "password2"),
        ({"password1": "gracegr8", "password2": "gracegr8"}, "password2"),
        ({"password2": "another pass phrase"}, "password2"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(site, stranger, values, field):
    response = site.post(ADD, filled(**values))

    assert response.status_code == 200
    assert field in errors(response)
    assert not Family.objects.exclude(pk=stranger.family_id).exists()


def test_an_empty_form_is_an_error_on_every_field(site):
    response = site.post(ADD, {})

    assert set(errors(response)) == {"name", "timezone", "username", "password1", "password2"}


def test_a_username_taken_while_the_form_is_saved_is_an_error_of_the_form(site, monkeypatch):
    checked = LoginForm.clean_username

    def check_then_be_overtaken(form):
        username = checked(form)
        User.objects.create(username=username)
        return username

    monkeypatch.setattr(LoginForm, "clean_username", check_then_be_overtaken)
    response = site.post(ADD, filled())

    assert response.status_code == 200
    assert errors(response) == {"username": [str(UsernameTaken.message)]}
    assert not Family.objects.exists()


def test_a_family_is_edited_without_asking_for_a_login(site, family):
    response = site.post(change(family), {"name": "Byron", "timezone": "UTC", "floor_at_zero": "on"})

    family.refresh_from_db()
    assert response.status_code == 302
    assert (family.name, family.floor_at_zero) == ("Byron", True)


def test_a_family_keeps_a_name(site, family):
    response = site.post(change(family), {"name": " ", "timezone": "UTC"})

    assert list(errors(response)) == ["name"]


def test_families_are_not_deleted_by_any_door(site, family):
    page = site.get(reverse("admin:children_family_delete", args=[family.pk]))
    post = site.post(reverse("admin:children_family_delete", args=[family.pk]), {"post": "yes"})
    bulk = site.post(LIST, {"action": "delete_selected", "_selected_action": [family.pk], "post": "yes"})

    assert (page.status_code, post.status_code, bulk.status_code) == (403, 403, 200)
    assert b"delete_selected" not in site.get(LIST).content
    assert Family.objects.filter(pk=family.pk).exists()


def test_a_removed_family_is_not_listed_but_can_be_looked_at(site, family, parent):
    delete_user(user=parent, by=None)

    assert f"removed family {family.pk}" not in site.get(LIST).text
    assert f"removed family {family.pk}" in site.get(LIST, {"state": "removed"}).text
    assert site.get(change(family)).status_code == 200
    assert site.post(change(family), {"name": "Back", "timezone": "UTC"}).status_code == 403


def test_the_first_parent_can_log_in(site, rf):
    site.post(ADD, filled())

    assert authenticate(rf.post("/"), username="grace", password="a long enough pass phrase") is not None
