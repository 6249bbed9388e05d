import pytest

from children.models import AuthToken, User
from children.tests.documented import DocumentedClient
from children.tests.factories import PASSWORD

PARENTS = "/api/v1/parents/"


def test_parents_see_each_other_and_nobody_else(api, parent, other_parent, child_user, stranger):
    assert api(parent).get(PARENTS).json()["results"] == [
        {"id": parent.pk, "username": "parent"},
        {"id": other_parent.pk, "username": "other-parent"},
    ]


def test_a_parent_adds_one(api, parent, family):
    answer = api(parent).post(PARENTS, {"username": "newcomer", "password": PASSWORD})

    newcomer = User.objects.get(username="newcomer")
    assert answer.status_code == 201
    assert answer.json() == {"id": newcomer.pk, "username": "newcomer"}
    assert (newcomer.family, newcomer.role, newcomer.is_staff) == (family, "parent", False)


def test_who_is_taken_out_keeps_the_account_and_nothing_else(api, parent, other_parent):
    _, text = AuthToken.objects.create(user=other_parent)

    assert api(parent).delete(f"{PARENTS}{other_parent.pk}/").status_code == 204

    assert DocumentedClient(HTTP_AUTHORIZATION=f"Bearer {text}").get("/api/v1/me/").status_code == 401
    outside = api(User.objects.get(pk=other_parent.pk))
    assert outside.get("/api/v1/me/").json()["family_id"] is None
    assert outside.get("/api/v1/auth/tokens/").status_code == 200
    for path in ("family/", "parents/", "children/", "tasks/", "activations/", "reward-requests/", "tracking/events/"):
        assert outside.get(f"/api/v1/{path}").status_code == 403


def test_parents_are_equals_one_may_leave(api, parent, other_parent):
    assert api(parent).delete(f"{PARENTS}{parent.pk}/").status_code == 204


def test_the_last_one_stays(api, parent, child_user):
    answer = api(parent).delete(f"{PARENTS}{parent.pk}/")

    assert answer.status_code == 409
    assert answer.json()["errors"][0]["code"] == "last_parent"
    parent.refresh_from_db()
    assert parent.family_id is not None


def test_a_child_or_a_stranger_is_no_parent_of_the_family(api, parent, child_user, stranger):
    for user in (child_user, stranger):
        assert api(parent).delete(f"{PARENTS}{user.pk}/").status_code == 404
        assert User.objects.get(pk=user.pk).family_id is not None


def test_a_child_does_not_ask(api, parent, child_user):
    client = api(child_user)

    assert client.get(PARENTS).status_code == 403
    assert client.post(PARENTS, {"username": "me", "password": PASSWORD}).status_code == 403
    assert client.delete(f"{PARENTS}{parent.pk}/").status_code == 403


@pytest.mark.parametrize(
    ("body", "attr", "code"),
    [
        ({"username": "parent"}, "username", "unique"),
        ({"username": ""}, "username", "blank"),
        ({"username": "new\u0000comer"}, "username", "null_characters_not_allowed"),
        ({"password": "12345"}, "password", "password_too_short"),
        ({"password": "newcomer1"}, "password", "password_too_similar"),
        ({"family": 1}, "family", "unknown_field"),
        ({"is_staff": True}, "is_staff", "unknown_field"),
    ],
)
def test_what_is_wrong_is_named(api, parent, body, attr, code):
    answer = api(parent).post(PARENTS, {"username": "newcomer", "password": PASSWORD, **body})

    assert answer.status_code == 400
    assert (code, attr) in [(error["code"], error["attr"]) for error in answer.json()["errors"]]
    assert User.objects.count() == 1
