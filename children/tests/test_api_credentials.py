import pytest
from django.conf import settings
from django.test import Client

from children.models import AuthToken
from children.tests.documented import DocumentedClient
from children.tests.factories import PASSWORD

ME = "/api/v1/me/"

MALFORMED = [
    "Bearer",
    "Bearer ",
    "bearer",
    "Bearer {token} {token}",
    "Bearer  x",
    "Bearer {token}x",
    "Bearer \xff\xfe",
    "Bearer \xc3\xa9",
    "Bearer {token}\0",
    "Bearer \0",
    "Bearer \t",
    "Bearer " + "f" * 100_000,
    "Bearer " + "\xf1" * 64,
    "Bearer ' OR 1=1 --",
    "Bearer None",
    "Token {token}",
    "Basic eDp5",
    "Digest",
    "{token}",
    "\0",
    "\xff",
    ",",
    "",
]


@pytest.mark.parametrize("header", MALFORMED)
def test_a_malformed_header_is_a_401_and_nothing_worse(parent, header):
    _, text = AuthToken.objects.create(user=parent)

    answer = DocumentedClient(HTTP_AUTHORIZATION=header.format(token=text)).get(ME)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.json()["type"] == "client_error"


def test_without_credentials_it_is_a_401(api, db):
    answer = api().get(ME)

    assert answer.status_code == 401
    assert answer.json()["errors"][0]["code"] == "not_authenticated"


def test_the_scheme_is_read_in_any_case(parent):
    _, text = AuthToken.objects.create(user=parent)

    assert DocumentedClient(HTTP_AUTHORIZATION=f"BEARER {text}").get(ME).status_code == 200


# The session


@pytest.fixture
def session(parent):
    """A client with a session and a CSRF cookie, as a browser has them."""
    client = Client(enforce_csrf_checks=True)
    client.get("/api-auth/login/")
    client.post(
        "/api-auth/login/",
        {"username": "parent", "password": PASSWORD, "csrfmiddlewaretoken": client.cookies["csrftoken"].value},
    )
    return client


def test_a_session_reads(session):
    assert session.get(ME).json()["username"] == "parent"


def test_a_session_writes_with_the_csrf_token_only(session):
    body = {"name": "Dishes", "points": 5}
    token = session.cookies["csrftoken"].value

    without = session.post("/api/v1/tasks/", body, "application/json")
    junk = session.post("/api/v1/tasks/", body, "application/json", headers={"X-CSRFToken": "junk"})
    proper = session.post("/api/v1/tasks/", body, "application/json", headers={"X-CSRFToken": token})

    assert [answer.status_code for answer in (without, junk, proper)] == [403, 403, 201]
    assert without.json()["errors"][0]["code"] == "permission_denied"


def test_a_token_needs_no_csrf_token(parent):
    _, text = AuthToken.objects.create(user=parent)
    client = DocumentedClient(enforce_csrf_checks=True, HTTP_AUTHORIZATION=f"Bearer {text}")

    assert client.post("/api/v1/tasks/", {"name": "Dishes", "points": 5}).status_code == 201


def test_a_wrong_token_is_not_rescued_by_a_session(session):
    assert session.get(ME, headers={"Authorization": "Bearer 00ff"}).status_code == 401


@pytest.mark.parametrize("path", ["/api/v1/auth/logout/", "/api/v1/auth/logoutall/"])
def test_logging_out_ends_the_session(session, path):
    token = session.cookies["csrftoken"].value

    assert session.post(path, content_type="application/json", headers={"X-CSRFToken": token}).status_code == 204
    assert session.get(ME).status_code == 401


def test_a_session_of_an_inactive_user_is_refused(session, parent):
    parent.is_active = False
    parent.save()

    assert session.get(ME).status_code == 401


@pytest.mark.parametrize("value", ['"\\000aaaaaaaa"', "", "x" * 5000, "\xff\xfe", '"\\377"', "a b", "../../etc/passwd"])
@pytest.mark.parametrize(
    "name", [settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, settings.LANGUAGE_COOKIE_NAME]
)
def test_a_junk_cookie_is_no_error(db, name, value):
    answer = Client().get(ME, headers={"Cookie": f"{name}={value}"})

    assert answer.status_code == (400 if "\\000" in value else 401)
