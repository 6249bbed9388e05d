from datetime import UTC, datetime, timedelta

import pytest
from rest_framework.exceptions import AuthenticationFailed

from children.api.views.auth import _issue_token
from children.models import AuthToken, User
from children.services.logins import change_password
from children.tests.documented import DocumentedClient
from children.tests.factories import PASSWORD

LOGIN = "/api/v1/auth/login/"


def log_in(client, **more):
    return client.post(LOGIN, {"username": "parent", "password": PASSWORD, **more})


def errors(response):
    return [(error["code"], error["attr"]) for error in response.json()["errors"]]


def test_a_password_is_exchanged_for_a_token(api, parent, family):
    answer = log_in(api())

    assert answer.status_code == 200
    assert answer.json()["user"] == {
        "id": parent.pk,
        "username": "parent",
        "role": "parent",
        "family_id": family.pk,
        "child_id": None,
        "deletion_due_at": None,
    }
    client = DocumentedClient(HTTP_AUTHORIZATION=f"Bearer {answer.json()['token']}")
    assert client.get("/api/v1/me/").json()["username"] == "parent"


def test_the_token_expires_after_ninety_days(api, parent):
    expiry = datetime.fromisoformat(log_in(api()).json()["expiry"])

    assert abs(expiry - datetime.now(UTC) - timedelta(days=90)) < timedelta(minutes=1)


def test_the_token_is_stored_hashed(api, parent):
    text = log_in(api()).json()["token"]

    row = AuthToken.objects.values().get()
    assert text not in map(str, row.values())


def test_the_token_carries_a_name_and_may_be_for_reading_only(api, parent):
    log_in(api(), name="Kitchen tablet", read_only=True)

    token = AuthToken.objects.get()
    assert (token.name, token.read_only, token.user) == ("Kitchen tablet", True, parent)


def test_a_child_logs_in_as_itself(api, child_user, child):
    user = log_in(api(), username="ada").json()["user"]

    assert (user["role"], user["child_id"]) == ("child", child.pk)


def test_the_time_of_the_login_is_kept(api, parent):
    log_in(api())

    parent.refresh_from_db()
    assert parent.last_login is not None


@pytest.mark.parametrize("wrong", [{"password": "not this one"}, {"username": "nobody"}])
def test_wrong_credentials_are_refused_alike(api, parent, wrong):
    answer = log_in(api(), **wrong)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert errors(answer) == [("authentication_failed", None)]


def test_an_inactive_user_is_refused(api, parent):
    parent.is_active = False
    parent.save()

    assert log_in(api()).status_code == 401


@pytest.mark.parametrize(
    ("body", "attr", "code"),
    [
        ({"username": None}, "username", "null"),
        ({"username": ""}, "username", "blank"),
        ({"username": "a" * 151}, "username", "max_length"),
        ({"name": "tab\0let"}, "name", "null_characters_not_allowed"),
        ({"username": "no spaces allowed"}, "username", "invalid"),
        ({"password": ["x"]}, "password", "invalid"),
        ({"password": "x" * 129}, "password", "max_length"),
        ({"name": "x" * 101}, "name", "max_length"),
        ({"read_only": "perhaps"}, "read_only", "invalid"),
        ({"admin": True}, "admin", "unknown_field"),
    ],
)
def test_what_is_malformed_is_named(api, parent, body, attr, code):
    answer = log_in(api(), **body)

    assert answer.status_code == 400
    assert errors(answer) == [(code, attr)]


def test_both_are_required(api, db):
    answer = api().post(LOGIN, {})

    assert answer.status_code == 400
    assert sorted(errors(answer)) == [("required", "password"), ("required", "username")]


@pytest.mark.parametrize("stale", ["Bearer", "Bearer 00ff", "Bearer a b", "Basic eDp5"])
def test_a_stale_token_does_not_stand_in_the_way(api, parent, stale):
    client = api()
    client.credentials(HTTP_AUTHORIZATION=stale)

    assert log_in(client).status_code == 200


def test_a_login_under_way_does_not_survive_a_change_of_the_password(rf, parent):
    """The token is issued a hash later than the password was right."""
    right_a_moment_ago = User.objects.get(pk=parent.pk)
    change_password(user=parent, password="another long pass phrase")

    with pytest.raises(AuthenticationFailed):
        _issue_token(rf.post("/"), right_a_moment_ago, name="", read_only=False)

    assert not AuthToken.objects.exists()
