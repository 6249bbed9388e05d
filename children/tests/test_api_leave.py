"""Whoever leaves is marked, goes on as before until the account is due, and may think better of it."""

from datetime import UTC, datetime, timedelta

import pytest

from children import clock
from children.models import AccountDeletionPolicy, User
from children.services.families import remove_parent
from children.tests.factories import PASSWORD, make_admin, make_child, make_user, mark

ME = "/api/v1/me/"
DELETE = "/api/v1/me/delete/"
RESTORE = "/api/v1/me/restore/"
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
REFUSED = {
    "type": "client_error",
    "errors": [{"code": "last_admin", "detail": "A server keeps at least one active superuser.", "attr": None}],
}


def leave(client, password=PASSWORD, *, at=NOON):
    with clock.pretend(at):
        return client.post(DELETE, {"password": password})


def marked(user):
    user.refresh_from_db()
    return user.deletion_requested_at


def test_a_parent_leaves(api, parent, other_parent, family):
    answer = leave(api(parent))

    assert answer.status_code == 202
    assert answer.json() == {
        "id": parent.pk,
        "username": "parent",
        "role": "parent",
        "family_id": family.pk,
        "child_id": None,
        "deletion_due_at": "2026-12-01T12:00:00.000000Z",
        "family_goes_too": False,
    }
    assert marked(parent) == NOON


def test_an_admin_and_a_user_in_no_family_leave(api, admin):
    make_admin("other-admin")

    answers = [leave(api(user)) for user in (admin, make_user("nobody"))]

    assert [answer.status_code for answer in answers] == [202, 202]
    assert [answer.json()["family_goes_too"] for answer in answers] == [False, False]


def test_a_childs_login_is_its_parents_to_delete(api, child_user):
    client = api(child_user)

    assert (leave(client).status_code, client.post(RESTORE).status_code) == (403, 403)
    assert marked(child_user) is None


def test_a_marked_account_goes_on_working(api, parent, other_parent):
    client = api(parent)
    leave(client)
    parent.refresh_from_db()

    assert client.get("/api/v1/children/").status_code == 200
    assert client.get(ME).json()["deletion_due_at"] == "2026-12-01T12:00:00.000000Z"
    assert api().post("/api/v1/auth/login/", {"username": "parent", "password": PASSWORD}).status_code == 200


def test_when_it_is_due_moves_with_the_policy(api, parent):
    AccountDeletionPolicy.objects.create(threshold_hours=24)
    told = leave(api(parent)).json()["deletion_due_at"]

    AccountDeletionPolicy.objects.update(threshold_hours=48)

    parent.refresh_from_db()
    assert told == "2026-11-02T12:00:00.000000Z"
    assert api(parent).get(ME).json()["deletion_due_at"] == "2026-11-03T12:00:00.000000Z"


def test_marking_again_keeps_the_first_moment(api, parent):
    client = api(parent)
    first = leave(client)

    again = leave(client, at=NOON + timedelta(days=3))

    assert (again.status_code, again.json()) == (202, first.json())
    assert marked(parent) == NOON


@pytest.mark.parametrize("password", ["a wrong one", PASSWORD.upper(), f" {PASSWORD}"])
def test_a_wrong_password_marks_nothing(api, parent, password):
    answer = leave(api(parent), password)

    assert answer.status_code == 400
    assert answer.json()["errors"] == [{"code": "wrong_password", "detail": "Wrong password.", "attr": "password"}]
    assert marked(parent) is None


def test_a_password_that_is_none_is_named(api, parent):
    for body, code in (({}, "required"), ({"password": ""}, "blank"), ({"password": "x" * 129}, "max_length")):
        error = api(parent).post(DELETE, body).json()["errors"][0]
        assert (error["code"], error["attr"]) == (code, "password")


def test_guessing_the_password_is_slowed(api, parent):
    statuses = [leave(api(parent), "a wrong one").status_code for _ in range(6)]

    assert statuses == [400, 400, 400, 400, 429, 429]
    assert leave(api(parent)).status_code == 429
    assert marked(parent) is None


# The family


def test_the_last_parent_is_told_that_the_family_goes_too(api, parent, child_user):
    assert leave(api(parent)).json()["family_goes_too"] is True


def test_a_deactivated_parent_stays(api, parent, other_parent):
    User.objects.filter(pk=other_parent.pk).update(is_active=False)

    assert leave(api(parent)).json()["family_goes_too"] is False


def test_of_two_parents_that_leave_the_later_one_is_told(api, parent, other_parent):
    first = leave(api(parent))
    second = leave(api(other_parent), at=NOON + timedelta(hours=1))
    first_again = leave(api(parent), at=NOON + timedelta(hours=2))

    told = [answer.json()["family_goes_too"] for answer in (first, second, first_again)]
    assert told == [False, True, False]


def test_a_former_parent_takes_no_family_along(api, parent, other_parent):
    remove_parent(parent=parent, by=other_parent)

    assert leave(api(User.objects.get(pk=parent.pk))).json()["family_goes_too"] is False


# The last superuser


def test_the_last_superuser_stays(api, admin, parent):
    make_user("clerk", is_staff=True)

    answer = leave(api(admin))

    assert (answer.status_code, answer.json()) == (409, REFUSED)
    assert marked(admin) is None


@pytest.mark.parametrize("values", [{"is_active": False}, {"is_superuser": False}, {"deletion_requested_at": NOON}])
def test_a_superuser_that_does_not_stay_does_not_count(api, admin, values):
    other = make_admin("other-admin")
    User.objects.filter(pk=other.pk).update(**values)

    assert leave(api(admin)).json() == REFUSED


def test_a_superuser_in_a_family_counts_as_one(api, admin, family, parent):
    make_user("staff", family=family, is_staff=True, is_superuser=True)

    assert leave(api(admin)).status_code == 202


def test_the_last_superuser_that_is_marked_already_stays_marked(api, admin):
    mark(admin)

    assert leave(api(admin)).status_code == 202


# Thinking better of it


def test_a_marked_account_is_restored(api, parent, other_parent, family):
    client = api(mark(parent, hours_ago=1000))  # due, but not deleted yet
    User.objects.filter(pk=parent.pk).update(
        deletion_attempts=2, deletion_attempted_at=NOON, deletion_error="RuntimeError"
    )

    answer = client.post(RESTORE)

    parent.refresh_from_db()
    assert answer.status_code == 200
    assert answer.json() == client.get(ME).json()
    assert answer.json()["deletion_due_at"] is None
    assert (parent.deletion_attempts, parent.deletion_attempted_at, parent.deletion_error) == (None, None, None)


def test_an_account_that_is_not_marked_stays_as_it_is(api, parent):
    answer = api(parent).post(RESTORE)

    assert (answer.status_code, answer.json()["deletion_due_at"]) == (200, None)


def test_who_is_restored_may_leave_again(api, parent):
    client = api(parent)
    leave(client)
    client.post(RESTORE)

    leave(client, at=NOON + timedelta(days=1))

    assert marked(parent) == NOON + timedelta(days=1)


def test_a_body_is_not_taken(api, parent):
    assert api(mark(parent)).post(RESTORE, {"password": PASSWORD}).json()["errors"][0]["code"] == "unknown_field"
    assert marked(parent) is not None


def test_others_stay_as_they_are(api, parent, other_parent, stranger):
    mark(other_parent)
    leave(api(parent))
    api(parent).post(RESTORE)

    assert marked(other_parent) is not None
    assert marked(stranger) is None


@pytest.mark.parametrize("values", [{"is_active": False}, None])
def test_who_is_gone_or_deactivated_meanwhile_is_refused(api, parent, other_parent, values):
    client = api(parent)
    rows = User.objects.filter(pk=parent.pk)
    rows.update(**values) if values else rows.delete()

    assert client.post(RESTORE).status_code == 401


def test_a_parent_with_children_sees_nothing_of_it_in_lists(api, parent, family):
    make_child(family)
    leave(api(parent))

    assert api(parent).get("/api/v1/parents/").json()["results"] == [{"id": parent.pk, "username": "parent"}]
