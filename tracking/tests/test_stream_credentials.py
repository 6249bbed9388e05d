"""A stream judges its credentials again before each event, as if the request came now: a token or a session."""

from datetime import UTC, datetime

import pytest
from django.contrib.sessions.middleware import SessionMiddleware
from django.contrib.sessions.models import Session
from django.http import SimpleCookie
from django.test import Client as Browser
from django.test import RequestFactory
from rest_framework.request import Request

from children.api.authentication import identify_again
from children.models import AuthToken, User
from children.services.accounts import delete_user
from tracking.api.stream import StreamView
from tracking.tests.streaming_inside import PATH, bearer

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def request_with(*, headers=None, cookies=None):
    """A request as the view has it."""
    factory = RequestFactory()
    factory.cookies = cookies or SimpleCookie()
    asked = factory.get(PATH, headers=headers)
    SessionMiddleware(lambda _: None).process_request(asked)
    return Request(asked, authenticators=StreamView().get_authenticators())


@pytest.fixture
def browser(parent):
    """In which the parent is logged in."""
    browser = Browser()
    browser.force_login(parent)
    return browser


def with_token(parent, browser):
    return request_with(headers=bearer(parent))


def with_session(parent, browser):
    return request_with(cookies=browser.cookies)


def with_both(parent, browser):
    return request_with(headers=bearer(parent), cookies=browser.cookies)


# What may happen to credentials


def nothing(parent, browser):
    pass


def deactivate(parent, browser):
    parent.is_active = False
    parent.save()


def delete(parent, browser):
    delete_user(user=parent, by=None)


def change_password(parent, browser):
    parent.set_password("another long pass phrase")
    parent.save()


def delete_tokens(parent, browser):
    AuthToken.objects.all().delete()


def expire_tokens(parent, browser):
    AuthToken.objects.update(expiry=LONG_AGO)


def log_out(parent, browser):
    browser.logout()


def let_somebody_else_log_in(parent, browser):
    browser.force_login(User.objects.get(username="other-parent"))


def lose_sessions(parent, browser):
    Session.objects.all().delete()


def expire_sessions(parent, browser):
    Session.objects.update(expire_date=LONG_AGO)


GOOD_WITH = [
    (with_token, nothing),
    (with_token, change_password),
    (with_token, lose_sessions),
    (with_session, nothing),
    (with_session, delete_tokens),
    (with_both, log_out),
]
BAD_WITH = [
    (with_token, delete_tokens),
    (with_token, expire_tokens),
    (with_token, deactivate),
    (with_token, delete),
    (with_session, log_out),
    (with_session, let_somebody_else_log_in),
    (with_session, lose_sessions),
    (with_session, expire_sessions),
    (with_session, change_password),
    (with_session, deactivate),
    (with_session, delete),
    (with_both, delete_tokens),
]


def named(function):
    return function.__name__


@pytest.mark.parametrize(("credentials", "deed"), GOOD_WITH, ids=named)
def test_credentials_that_are_good_still(parent, other_parent, browser, credentials, deed):
    request = credentials(parent, browser)

    deed(parent, browser)

    assert [identify_again(request) for _ in range(2)] == [parent, parent]


@pytest.mark.parametrize(("credentials", "deed"), BAD_WITH, ids=named)
def test_credentials_that_are_good_no_more(parent, other_parent, browser, credentials, deed):
    request = credentials(parent, browser)
    assert identify_again(request) == parent

    deed(parent, browser)

    assert [identify_again(request) for _ in range(2)] == [None, None]


def test_the_user_is_read_again(parent, other_parent, browser):
    requests = with_token(parent, browser), with_session(parent, browser)
    assert [identify_again(request).family_id for request in requests] == [parent.family_id] * 2

    parent.family = None
    parent.save()

    assert [identify_again(request).family_id for request in requests] == [None, None]


def test_a_token_that_comes_back_is_good_again(parent, browser):
    request = with_token(parent, browser)
    deactivate(parent, browser)
    assert identify_again(request) is None

    parent.is_active = True
    parent.save()

    assert identify_again(request) == parent


@pytest.mark.parametrize(
    ("headers", "cookies"),
    [
        ({}, {}),
        ({"Authorization": "Bearer 00ff"}, {}),
        ({"Authorization": "Bearer"}, {}),
        ({}, {"sessionid": "x" * 32}),
        ({}, {"sessionid": "../../etc/passwd"}),
        ({}, {"sessionid": ""}),
    ],
)
def test_nobody_is_nobody_again(db, headers, cookies):
    request = request_with(headers=headers, cookies=SimpleCookie(cookies))

    assert [identify_again(request) for _ in range(2)] == [None, None]


def test_to_look_at_a_session_does_not_prolong_it(parent, browser):
    request = with_session(parent, browser)
    before = Session.objects.values().get()

    identify_again(request)

    assert Session.objects.values().get() == before


def test_a_token_takes_one_query(parent, browser, django_assert_num_queries):
    request = with_token(parent, browser)

    with django_assert_num_queries(1):
        user = identify_again(request)
        assert (user.own_child, user.family) == (None, parent.family)
