import pytest

from children.tests.factories import PASSWORD

LOGIN = "/api/v1/auth/login/"


def guess(client, *, username="parent", password="a wrong one", address="192.0.2.1"):
    return client.post(LOGIN, {"username": username, "password": password}, REMOTE_ADDR=address)


@pytest.fixture
def locked_out(api, parent):
    """A client that guessed the parent's password five times."""
    client = api()
    for _ in range(5):
        guess(client)
    return client


def test_guessing_is_slowed_from_the_fifth_failure_on(api, parent):
    statuses = [guess(api()).status_code for _ in range(6)]

    assert statuses == [401, 401, 401, 401, 429, 429]


def test_the_answer_says_when_to_come_back(locked_out):
    answer = guess(locked_out)

    assert answer.headers["Retry-After"] == "900"
    assert answer.json()["errors"][0]["code"] == "throttled"


def test_the_right_password_does_not_help_meanwhile(locked_out):
    assert guess(locked_out, password=PASSWORD).status_code == 429


def test_another_address_is_not_slowed(locked_out):
    assert guess(locked_out, password=PASSWORD, address="192.0.2.2").status_code == 200


def test_another_user_is_not_slowed(locked_out, admin):
    assert guess(locked_out, username="admin", password=PASSWORD).status_code == 200


def test_a_login_in_between_starts_the_count_anew(api, parent):
    for _ in range(4):
        guess(api())
    guess(api(), password=PASSWORD)

    assert [guess(api()).status_code for _ in range(5)] == [401, 401, 401, 401, 429]


def test_users_that_are_not_there_are_slowed_alike(api, db):
    statuses = [guess(api(), username="nobody").status_code for _ in range(5)]

    assert statuses == [401, 401, 401, 401, 429]


def test_a_proxy_header_changes_nothing(locked_out):
    answer = locked_out.post(
        LOGIN,
        {"username": "parent", "password": PASSWORD},
        REMOTE_ADDR="192.0.2.1",
        HTTP_X_FORWARDED_FOR="203.0.113.7",
    )

    assert answer.status_code == 429


@pytest.mark.parametrize("address", ["", "unix:", "not an address"])
def test_an_odd_address_is_no_error(api, parent, address):
    statuses = [guess(api(), address=address).status_code for _ in range(5)]

    assert statuses == [401, 401, 401, 401, 429]


@pytest.mark.parametrize("page", ["/admin/login/", "/api-auth/login/"])
def test_the_login_pages_are_slowed_too(client, admin, page):
    statuses = [client.post(page, {"username": "admin", "password": "a wrong one"}).status_code for _ in range(6)]

    assert statuses == [200, 200, 200, 200, 429, 429]
    assert client.post(page, {"username": "admin", "password": PASSWORD}).headers["Retry-After"] == "900"


def test_guessing_the_old_password_is_slowed_too(api, parent):
    body = {"old": "a wrong one", "new": "quite another pass phrase"}

    statuses = [api(parent).post("/api/v1/me/password/", body).status_code for _ in range(6)]

    assert statuses == [400, 400, 400, 400, 429, 429]
    assert api(parent).post("/api/v1/me/password/", {**body, "old": PASSWORD}).status_code == 429
    assert guess(api(), password=PASSWORD, address="127.0.0.1").status_code == 429
