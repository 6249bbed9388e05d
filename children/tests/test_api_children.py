import pytest

from children.models import AuthToken, Child, User
from children.tests.factories import PASSWORD, earn

CHILDREN = "/api/v1/children/"
NEW = "quite another pass phrase"


def path(child):
    return f"{CHILDREN}{child.pk}/"


def errors(answer):
    assert answer.status_code == 400
    return [(error["code"], error["attr"]) for error in answer.json()["errors"]]


def test_a_parent_sees_the_familys_children(api, parent, child, sibling, strangers_child):
    earn(child, 30)

    assert api(parent).get(CHILDREN).json()["results"] == [
        {"id": child.pk, "name": "Ada", "points": 30, "reserved": 0, "available": 30, "username": "ada"},
        {"id": sibling.pk, "name": "Byron", "points": 0, "reserved": 0, "available": 0, "username": None},
    ]


def test_a_child_sees_itself_only(api, child, child_user, sibling):
    assert [each["id"] for each in api(child_user).get(CHILDREN).json()["results"]] == [child.pk]
    assert api(child_user).get(path(child)).status_code == 200
    assert api(child_user).get(path(sibling)).status_code == 404


def test_a_parent_adds_a_child_without_a_login(api, parent, family):
    answer = api(parent).post(CHILDREN, {"name": "Ralph"})

    child = Child.objects.get()
    assert answer.status_code == 201
    assert answer.json() == {
        "id": child.pk,
        "name": "Ralph",
        "points": 0,
        "reserved": 0,
        "available": 0,
        "username": None,
    }
    assert (child.family, child.login) == (family, None)


def test_a_parent_adds_a_child_with_a_login(api, parent, family):
    answer = api(parent).post(CHILDREN, {"name": "Ralph", "username": "ralph", "password": PASSWORD})

    login = User.objects.get(username="ralph")
    assert answer.json()["username"] == "ralph"
    assert (login.family, login.role, login.check_password(PASSWORD)) == (family, "child", True)


def test_a_login_is_made_later(api, parent, sibling):
    answer = api(parent).patch(path(sibling), {"username": "byron", "password": PASSWORD})

    assert answer.json()["username"] == "byron"
    assert User.objects.get(username="byron").own_child == sibling


def test_a_login_is_renamed(api, parent, child):
    assert api(parent).patch(path(child), {"username": "countess"}).json()["username"] == "countess"
    assert api(parent).patch(path(child), {"username": "countess"}).status_code == 200


def test_a_new_password_ends_the_childs_tokens(api, parent, child):
    AuthToken.objects.create(user=child.login)

    assert api(parent).patch(path(child), {"password": NEW}).status_code == 200
    child.login.refresh_from_db()
    assert child.login.check_password(NEW)
    assert not AuthToken.objects.exists()


def test_a_name_is_changed_and_the_login_stays(api, parent, child):
    assert api(parent).patch(path(child), {"name": "Augusta"}).json()["name"] == "Augusta"
    assert api(parent).put(path(child), {"name": "Ada"}).json()["username"] == "ada"


@pytest.mark.parametrize("field", ["points", "reserved", "available", "id"])
def test_what_is_for_reading_only_does_not_move(api, parent, child, field):
    answer = api(parent).patch(path(child), {field: 1_000})

    assert answer.json()[field] == (child.pk if field == "id" else 0)


def test_a_username_that_is_taken_is_named(api, parent, child, sibling, stranger):
    client = api(parent)
    login = {"username": "stranger", "password": PASSWORD}

    assert errors(client.post(CHILDREN, {"name": "Ralph", **login})) == [("unique", "username")]
    assert errors(client.patch(path(sibling), login)) == [("unique", "username")]
    assert errors(client.patch(path(child), {"username": "stranger"})) == [("unique", "username")]
    assert Child.objects.count() == 2


@pytest.mark.parametrize("body", [{}, {"name": ""}, {"name": None}, {"name": " "}])
def test_a_child_has_a_name(api, parent, child, body):
    for answer in (api(parent).post(CHILDREN, body), api(parent).put(path(child), body)):
        assert [attr for _, attr in errors(answer)] == ["name"]


def test_a_login_needs_both_parts(api, parent, sibling):
    client = api(parent)

    assert errors(client.post(CHILDREN, {"name": "Ralph", "username": "ralph"})) == [("required", "password")]
    assert errors(client.post(CHILDREN, {"name": "Ralph", "password": PASSWORD})) == [("required", "username")]
    assert errors(client.patch(path(sibling), {"username": "byron"})) == [("required", "password")]
    assert errors(client.patch(path(sibling), {"password": PASSWORD})) == [("required", "username")]


def test_a_login_stays_with_its_child(api, parent, child):
    assert errors(api(parent).patch(path(child), {"username": None})) == [("null", "username")]


def test_weak_passwords_are_refused(api, parent, child):
    client = api(parent)

    assert ("password_too_short", "password") in errors(client.patch(path(child), {"password": "abc"}))
    body = {"name": "Ralph", "username": "ralph-king", "password": "ralph-king"}
    assert errors(client.post(CHILDREN, body)) == [("password_too_similar", "password")]
    assert errors(client.patch(path(child), {"password": ""})) == [("blank", "password")]


def test_a_removed_child_leaves_with_its_login(api, parent, child, child_user):
    assert api(parent).delete(path(child)).status_code == 204

    assert api(parent).get(path(child)).status_code == 404
    assert api(parent).delete(path(child)).status_code == 404
    assert api(parent).get(CHILDREN).json()["count"] == 0
    assert not User.objects.filter(pk=child_user.pk).exists()
    child.refresh_from_db()
    assert (child.name, child.login) == ("", None)


def test_a_child_changes_nothing(api, child, child_user):
    client = api(child_user)

    assert client.post(CHILDREN, {"name": "Friend"}).status_code == 403
    assert client.patch(path(child), {"name": "Queen"}).status_code == 403
    assert client.put(path(child), {"name": "Queen"}).status_code == 403
    assert client.delete(path(child)).status_code == 403


def test_somebody_elses_child_is_not_found(api, stranger, child):
    client = api(stranger)

    assert client.get(path(child)).status_code == 404
    assert client.patch(path(child), {"name": "Mine"}).status_code == 404
    assert client.put(path(child), {"name": "Mine"}).status_code == 404
    assert client.delete(path(child)).status_code == 404
    child.refresh_from_db()
    assert child.name == "Ada"


def test_the_list_takes_a_constant_number_of_queries(api, parent, child, django_assert_num_queries):
    client = api(parent)
    for number in range(20):
        client.post(CHILDREN, {"name": f"Child {number}"})

    with django_assert_num_queries(2):
        client.get(CHILDREN)
