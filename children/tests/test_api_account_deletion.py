"""Admins say how long marked accounts stay, and see which are waiting."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Permission

from children.models import AccountDeletionPolicy, User
from children.tests.factories import make_user, mark

POLICY = "/api/v1/admin/account-deletion/policy/"
QUEUE = "/api/v1/admin/account-deletion/queue/"
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


def wait_since(user, moment, **values):
    User.objects.filter(pk=user.pk).update(deletion_requested_at=moment, **values)


# The policy


def test_it_is_720_hours_until_somebody_changes_it(api, admin):
    assert api(admin).get(POLICY).json() == {"threshold_hours": 720}
    assert not AccountDeletionPolicy.objects.exists()


@pytest.mark.parametrize("hours", [24, 100, 720])
def test_an_admin_changes_it(api, admin, hours):
    answer = api(admin).put(POLICY, {"threshold_hours": hours})

    assert (answer.status_code, answer.json()) == (200, {"threshold_hours": hours})
    assert api(admin).get(POLICY).json() == {"threshold_hours": hours}


def test_it_is_changed_again(api, admin):
    for hours in (24, 48):
        api(admin).put(POLICY, {"threshold_hours": hours})

    assert AccountDeletionPolicy.objects.get().threshold_hours == 48


def test_staff_with_the_permission_is_an_admin(api, db):
    auditor = make_user("auditor", is_staff=True)
    assert api(auditor).get(POLICY).status_code == 403

    auditor.user_permissions.add(Permission.objects.get(codename="view_trackingevent"))

    assert api(User.objects.get(pk=auditor.pk)).put(POLICY, {"threshold_hours": 24}).status_code == 200


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"threshold_hours": 23}, "min_value"),
        ({"threshold_hours": 721}, "max_value"),
        ({"threshold_hours": 0}, "min_value"),
        ({"threshold_hours": -24}, "min_value"),
        ({"threshold_hours": 10**30}, "max_value"),
        ({"threshold_hours": "soon"}, "invalid"),
        ({"threshold_hours": 24.5}, "invalid"),
        ({"threshold_hours": True}, "invalid"),
        ({"threshold_hours": None}, "null"),
        ({}, "required"),
    ],
)
def test_what_is_out_of_bounds_is_refused(api, admin, body, code):
    answer = api(admin).put(POLICY, body)

    assert answer.status_code == 400
    assert [(error["code"], error["attr"]) for error in answer.json()["errors"]] == [(code, "threshold_hours")]
    assert not AccountDeletionPolicy.objects.exists()


def test_who_is_gone_meanwhile_changes_nothing(api, admin):
    client = api(admin)
    User.objects.filter(pk=admin.pk).update(is_active=False)

    assert client.put(POLICY, {"threshold_hours": 24}).status_code in (401, 403)
    assert AccountDeletionPolicy.objects.current().threshold_hours == 720


# The queue


def test_the_oldest_request_comes_first(api, admin, parent, other_parent, stranger):
    wait_since(parent, NOON)
    wait_since(other_parent, NOON - timedelta(hours=1))
    wait_since(stranger, NOON)

    listed = api(admin).get(QUEUE).json()

    assert listed["count"] == 3
    assert [account["username"] for account in listed["results"]] == ["other-parent", "parent", "stranger"]


def test_an_account_is_told_with_what_failed(api, admin, parent):
    wait_since(
        parent,
        NOON,
        deletion_attempts=2,
        deletion_attempted_at=NOON + timedelta(days=31),
        deletion_error="RuntimeError: no",
    )

    assert api(admin).get(QUEUE).json()["results"] == [
        {
            "user_id": parent.pk,
            "username": "parent",
            "requested_at": "2026-11-01T12:00:00.000000Z",
            "due_at": "2026-12-01T12:00:00.000000Z",
            "attempts": 2,
            "last_attempt_at": "2026-12-02T12:00:00.000000Z",
            "last_error": "RuntimeError: no",
        }
    ]


def test_an_account_that_was_not_tried_yet_has_no_attempts(api, admin, parent):
    mark(parent)

    (account,) = api(admin).get(QUEUE).json()["results"]

    assert (account["attempts"], account["last_attempt_at"], account["last_error"]) == (0, None, None)


def test_the_policy_holds_for_those_that_wait_already(api, admin, parent):
    wait_since(parent, NOON)
    client = api(admin)

    client.put(POLICY, {"threshold_hours": 24})

    assert client.get(QUEUE).json()["results"][0]["due_at"] == "2026-11-02T12:00:00.000000Z"


def test_it_comes_in_pages(api, admin, family):
    for number in range(3):
        mark(make_user(f"leaver-{number}", family=family), hours_ago=3 - number)
    client = api(admin)

    first = client.get(QUEUE, {"limit": 2}).json()
    second = client.get(first["next"]).json()

    names = [account["username"] for page in (first, second) for account in page["results"]]
    assert names == ["leaver-0", "leaver-1", "leaver-2"]


def test_it_costs_the_same_however_long(api, admin, family, django_assert_num_queries):
    client = api(admin)
    mark(make_user("leaver", family=family))
    with django_assert_num_queries(3):  # the policy, the count, the page
        client.get(QUEUE)
    for number in range(10):
        mark(make_user(f"leaver-{number}", family=family))

    with django_assert_num_queries(3):
        client.get(QUEUE)
