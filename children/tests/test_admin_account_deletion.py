"""The admin site has the policy to change, and the queue to look at."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from children.models import AccountDeletionPolicy, User
from children.tests.factories import make_user, mark

POLICY = "/admin/children/accountdeletionpolicy/"
QUEUE = "/admin/children/accountdeletion/"
CHANGE = f"{POLICY}1/change/"
HUGE = str(10**30)


@pytest.fixture
def waiting(parent):
    User.objects.filter(pk=parent.pk).update(deletion_attempts=2, deletion_error="RuntimeError: no")
    return mark(parent)


# The policy


def test_the_policy_is_one_page_also_before_anybody_changed_it(site):
    response = site.get(POLICY, follow=True)

    assert response.redirect_chain == [(CHANGE, 302)]
    assert 'value="720"' in response.text


def test_the_policy_is_changed(site):
    for hours in (24, 48):
        response = site.post(CHANGE, {"threshold_hours": hours}, follow=True)
        assert response.status_code == 200
        assert "changed successfully" in response.text

    assert list(AccountDeletionPolicy.objects.values_list("pk", "threshold_hours")) == [(1, 48)]


@pytest.mark.parametrize("hours", ["23", "721", "", "soon", HUGE, "-1", "\0"])
def test_what_is_out_of_bounds_is_an_error_of_the_form(site, hours):
    response = site.post(CHANGE, {"threshold_hours": hours})

    assert response.status_code == 200
    assert list(response.context["adminform"].form.errors) == ["threshold_hours"]
    assert not AccountDeletionPolicy.objects.exists()


def test_there_is_no_second_policy_and_the_one_stays(site):
    site.post(CHANGE, {"threshold_hours": "24"})

    assert site.get(f"{POLICY}add/").status_code == 403
    assert site.post(f"{POLICY}add/", {"threshold_hours": "48"}).status_code == 403
    assert site.post(CHANGE, {"threshold_hours": "48", "_saveasnew": "1"}).status_code in {302, 403}
    assert site.post(f"{POLICY}1/delete/", {"post": "yes"}).status_code == 403
    site.post(POLICY, {"action": "delete_selected", "_selected_action": "1", "post": "yes"})
    assert AccountDeletionPolicy.objects.get().pk == 1


@pytest.mark.parametrize("number", ["0", "2", "-1", "abc", HUGE, "9" * 5000, "%00", "01", " 1"])
def test_a_policy_that_does_not_exist_leads_back_to_the_start(site, number):
    assert site.get(f"{POLICY}{number}/change/").status_code in {302, 404}
    assert site.post(f"{POLICY}{number}/change/", {"threshold_hours": "24"}).status_code in {302, 403, 404}
    assert not AccountDeletionPolicy.objects.exists()


def test_staff_needs_the_permission(client, db):
    helper = make_user("helper", is_staff=True)
    client.force_login(helper)
    assert client.get(CHANGE).status_code == 403
    assert client.get(QUEUE).status_code == 403

    names = ["change_accountdeletionpolicy", "view_accountdeletion"]
    helper.user_permissions.set(Permission.objects.filter(codename__in=names))

    assert client.post(CHANGE, {"threshold_hours": "24"}).status_code == 302
    assert client.get(QUEUE).status_code == 200
    assert AccountDeletionPolicy.objects.get().threshold_hours == 24


# The queue


def test_the_queue_shows_what_waits_and_why(site, waiting, stranger):
    page = site.get(QUEUE)
    shown = site.get(reverse("admin:children_accountdeletion_change", args=[waiting.pk]))

    for text in (page.text, shown.text):
        assert "parent" in text
        assert "RuntimeError: no" in text
    assert page.context["cl"].result_count == 1
    assert "stranger" not in page.text


def test_when_it_is_due_is_written_as_all_moments_are(site, waiting):
    User.objects.filter(pk=waiting.pk).update(deletion_requested_at=datetime(2026, 3, 1, 12, 30, tzinfo=UTC))

    for page in (QUEUE, reverse("admin:children_accountdeletion_change", args=[waiting.pk])):
        assert "March 31, 2026, 12:30 p.m." in site.get(page).text


def test_the_oldest_request_comes_first(site, waiting, stranger):
    mark(stranger, hours_ago=1)

    assert [account.username for account in site.get(QUEUE).context["cl"].result_list] == ["stranger", "parent"]


def test_nothing_can_be_changed_there(site, waiting):
    change, delete = (
        reverse(f"admin:children_accountdeletion_{page}", args=[waiting.pk]) for page in ("change", "delete")
    )

    assert site.get(f"{QUEUE}add/").status_code == 403
    assert site.post(change, {"username": "other"}).status_code == 403
    assert site.post(delete, {"post": "yes"}).status_code == 403
    site.post(QUEUE, {"action": "delete_selected", "_selected_action": waiting.pk, "post": "yes"})
    assert User.objects.get(pk=waiting.pk).username == "parent"


def test_an_account_that_does_not_wait_is_not_in_it(site, parent):
    assert site.get(reverse("admin:children_accountdeletion_change", args=[parent.pk])).status_code == 302


def test_the_queue_costs_the_same_however_long(site, waiting, django_assert_num_queries, django_assert_max_num_queries):
    with django_assert_max_num_queries(12) as few:
        site.get(QUEUE)
    for number in range(10):
        mark(make_user(f"leaver-{number}"))

    with django_assert_num_queries(len(few)):
        site.get(QUEUE)


# The user


def test_a_users_page_shows_its_deletion_and_changes_nothing_of_it(site, waiting):
    url = reverse("admin:children_user_change", args=[waiting.pk])
    requested = waiting.deletion_requested_at

    page = site.get(url).text
    site.post(
        url,
        {"username": "parent", "is_active": "on", "deletion_requested_at_0": "2026-01-01", "deletion_attempts": "7"},
    )

    waiting.refresh_from_db()
    assert "RuntimeError: no" in page
    assert 'name="deletion_' not in page
    assert (waiting.deletion_requested_at, waiting.deletion_attempts) == (requested, 2)
