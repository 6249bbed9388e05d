import pytest
from axes.models import AccessAttempt
from django.contrib.admin.models import LogEntry
from django.contrib.auth.forms import UserChangeForm
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.db import connection
from django.urls import reverse

from children.admin.forms import PasswordForm, UserForm
from children.errors import UsernameTaken
from children.models import AuthToken, Child, Family, User
from children.tests.factories import make_admin, make_user

ADD = "/admin/children/user/add/"
LIST = "/admin/children/user/"
PASSWORD = "another long pass phrase"


def filled(**values):
    return {"username": "grace", "password1": PASSWORD, "password2": PASSWORD, **values}


def changed(user, **values):
    return {"username": user.username, "is_active": "on", **values}


def url(user, page):
    return reverse(f"admin:children_user_{page}", args=[user.pk])


def password_url(user):
    return reverse("admin:auth_user_password_change", args=[user.pk])


def said(response):
    return [str(message) for message in response.context["messages"]]


def delete_all(site, *users):
    selected = [user.pk for user in users]
    return site.post(LIST, {"action": "delete_selected", "_selected_action": selected, "post": "yes"}, follow=True)


def test_a_user_of_a_family_is_made_as_its_parent(site, family):
    site.post(ADD, filled(family=family.pk))

    user = User.objects.get(username="grace")
    assert (user.role, user.family) == ("parent", family)
    assert user.check_password(PASSWORD)


def test_a_user_of_no_family_is_made(site):
    response = site.post(ADD, filled())

    user = User.objects.get(username="grace")
    assert response.url == url(user, "change")
    assert (user.family, user.is_staff) == (None, False)
    assert user.check_password(PASSWORD)


@pytest.mark.parametrize("number", ["abc", "0", str(10**30), "9" * 5000, "\0"])
def test_a_family_that_does_not_exist_is_an_error_of_the_form(site, number):
    response = site.post(ADD, filled(family=number))

    assert response.status_code == 200
    assert list(response.context["adminform"].form.errors) == ["family"]


def test_a_username_taken_while_the_form_is_saved_is_an_error_of_the_form(site, monkeypatch):
    valid = UserForm.is_valid

    def check_then_be_overtaken(form):
        if not valid(form):
            return False
        User.objects.create(username=form.cleaned_data["username"])
        return True

    monkeypatch.setattr(UserForm, "is_valid", check_then_be_overtaken)
    response = site.post(ADD, filled())

    assert response.status_code == 200
    assert response.context["adminform"].form.errors == {"username": [str(UsernameTaken.message)]}


def test_a_user_is_made_staff_and_put_in_a_group(site, parent):
    group = Group.objects.create(name="Readers")

    response = site.post(url(parent, "change"), changed(parent, is_staff="on", groups=[group.pk]))

    parent.refresh_from_db()
    assert response.status_code == 302
    assert parent.is_staff
    assert list(parent.groups.all()) == [group]


def test_the_family_of_a_user_stays(site, parent, strangers_family):
    site.post(url(parent, "change"), changed(parent, family=strangers_family.pk))

    parent.refresh_from_db()
    assert parent.family != strangers_family


@pytest.mark.parametrize("username", ["stranger", "STRANGER"])
def test_a_taken_username_is_an_error_of_the_form(site, parent, stranger, username):
    response = site.post(url(parent, "change"), changed(parent, username=username))

    assert response.context["adminform"].form.errors == {"username": [str(UsernameTaken.message)]}


def test_the_case_of_a_username_is_changed(site, parent):
    site.post(url(parent, "change"), changed(parent, username="Parent"))

    parent.refresh_from_db()
    assert parent.username == "Parent"


def test_failed_logins_under_the_old_name_are_forgotten(site, parent):
    AccessAttempt.objects.create(username="PARENT", ip_address="192.0.2.1", failures_since_start=1)

    site.post(url(parent, "change"), changed(parent, username="grace"))

    assert not AccessAttempt.objects.exists()


def test_when_a_user_joined_stays(site, parent, settings):
    settings.TIME_ZONE = "Asia/Tokyo"  # where the year 1 begins before it does in UTC
    before = parent.date_joined
    year_one = {
        "date_joined_0": "0001-01-01",
        "date_joined_1": "00:00",
        "last_login_0": "0001-01-01",
        "last_login_1": "00:00",
    }

    response = site.post(url(parent, "change"), changed(parent, first_name="Ada", **year_one))

    parent.refresh_from_db()
    assert response.status_code == 302
    assert (parent.first_name, parent.date_joined, parent.last_login) == ("Ada", before, None)


def test_a_user_deleted_while_it_is_edited_does_not_come_back(site, parent, monkeypatch):
    valid = UserChangeForm.is_valid

    def be_overtaken(form):
        User.objects.filter(pk=parent.pk).delete()
        return valid(form)

    monkeypatch.setattr(UserChangeForm, "is_valid", be_overtaken)
    response = site.post(url(parent, "change"), changed(parent, first_name="Ada"))

    assert response.status_code == 302
    assert not User.objects.filter(pk=parent.pk).exists()


def test_a_new_password_ends_the_tokens(site, parent):
    AuthToken.objects.create(user=parent)

    response = site.post(
        password_url(parent),
        {"password1": PASSWORD, "password2": PASSWORD, "usable_password": "true", "set-password": ""},
    )

    parent.refresh_from_db()
    assert response.status_code == 302
    assert parent.check_password(PASSWORD)
    assert not AuthToken.objects.exists()


def test_a_password_of_a_user_deleted_meanwhile_is_refused(site, parent, monkeypatch):
    valid = PasswordForm.is_valid

    def be_overtaken(form):
        User.objects.filter(pk=parent.pk).delete()
        return valid(form)

    monkeypatch.setattr(PasswordForm, "is_valid", be_overtaken)
    response = site.post(
        password_url(parent),
        {"password1": PASSWORD, "password2": PASSWORD, "usable_password": "true", "set-password": ""},
    )

    assert response.status_code == 302
    assert not User.objects.filter(pk=parent.pk).exists()


def test_the_confirmation_says_what_becomes_of_a_user(site, parent, other_parent, child_user):
    page = site.get(url(parent, "delete")).text

    assert "anonymised parent" in page
    assert "goes along" not in page
    assert "The child stays, without a login." in site.get(url(child_user, "delete")).text


def test_the_confirmation_says_that_the_last_parent_takes_the_family_along(site, parent, child):
    assert "the family Lovelace goes along" in site.get(url(parent, "delete")).text


def test_the_confirmation_of_several_counts_them_together(site, parent, other_parent):
    selected = {"action": "delete_selected", "_selected_action": [parent.pk, other_parent.pk]}

    assert "the family Lovelace goes along" in site.post(LIST, selected).text


def test_a_user_is_deleted(site, parent, other_parent):
    response = site.post(url(parent, "delete"), {"post": "yes"}, follow=True)

    assert said(response) == ["The user “parent” was deleted successfully."]
    assert not User.objects.filter(pk=parent.pk).exists()
    assert Family.objects.get().removed_at is None


def test_the_last_parent_takes_the_family_along(site, parent, child):
    site.post(url(parent, "delete"), {"post": "yes"})

    assert Family.objects.get().removed_at is not None
    assert Child.objects.get().removed_at is not None
    assert not User.objects.filter(is_superuser=False).exists()


def test_several_users_are_deleted_each_on_its_own(site, parent, other_parent, stranger):
    response = delete_all(site, parent, other_parent, stranger)

    assert said(response) == ["Successfully deleted 3 users."]
    assert Family.objects.filter(removed_at=None).count() == 0


@pytest.mark.parametrize("username", ["aa-first", "zz-last"])
def test_a_childs_login_and_the_last_parent_are_deleted_together(site, parent, child_user, username):
    """Whoever comes first: the last parent takes the login along."""
    User.objects.filter(pk=parent.pk).update(username=username)

    response = delete_all(site, parent, child_user)

    assert said(response) == ["Successfully deleted 2 users."]
    assert not User.objects.filter(is_superuser=False).exists()


def test_nobody_deletes_the_own_account_here(site, admin, parent, other_parent):
    one = site.post(url(admin, "delete"), {"post": "yes"}, follow=True)
    several = delete_all(site, admin, parent)

    assert "Ask another admin" in said(one)[0]
    assert "Ask another admin" in said(several)[0]
    assert said(several)[1] == "Successfully deleted 1 user."
    assert User.objects.filter(pk=admin.pk).exists()


def test_another_admin_is_deleted(site):
    other = make_admin("other-admin")

    site.post(url(other, "delete"), {"post": "yes"})

    assert not User.objects.filter(pk=other.pk).exists()


def test_the_log_of_the_site_forgets_a_deleted_user(site):
    site.post(ADD, filled())
    user = User.objects.get(username="grace")

    site.post(url(user, "delete"), {"post": "yes"})

    assert not LogEntry.objects.filter(object_repr="grace").exists()


def test_staff_without_the_permission_deletes_nobody(client, parent):
    client.force_login(make_user("helper", is_staff=True))

    one = client.post(url(parent, "delete"), {"post": "yes"})
    several = client.post(LIST, {"action": "delete_selected", "_selected_action": [parent.pk], "post": "yes"})

    assert (one.status_code, several.status_code) == (403, 403)
    assert User.objects.filter(pk=parent.pk).exists()


def test_passwords_are_hashed_before_a_transaction_opens(client, transactional_db, family, sibling, admin, monkeypatch):
    hashed = []

    def note(password, *args, **kwargs):
        hashed.append(connection.in_atomic_block)
        return make_password(password, *args, **kwargs)

    for module in ("children.services.logins", "children.services.families", "children.services.children"):
        monkeypatch.setattr(f"{module}.make_password", note)
    monkeypatch.setattr("children.admin.user.make_password", note)
    client.force_login(admin)
    client.post(ADD, filled(username="one"))
    client.post(ADD, filled(username="two", family=family.pk))
    client.post("/admin/children/family/add/", filled(username="three", name="Hopper", timezone="UTC"))
    client.post("/admin/children/child/add/", filled(username="four", name="Mia", family=family.pk))
    client.post(reverse("admin:children_child_change", args=[sibling.pk]), filled(username="five", name="Byron"))

    assert User.objects.filter(username__in=["one", "two", "three", "four", "five"]).count() == 5
    assert hashed == [False] * 5
