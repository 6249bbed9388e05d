"""No `detail` of an error stands outside gettext."""

import pytest
from django.utils.functional import Promise
from rest_framework.exceptions import APIException

from children.api.errors import Refused
from children.errors import ChoreError
from children.models import AuthToken
from children.tests.factories import PASSWORD
from tracking.tests.pseudo import bare_words, speak_in_brackets

ROOT = "/api/v1/"
JSON = {"content_type": "application/json"}
OURS = ("children.", "rewards.", "tracking.")

QUERIES = (
    *("x=1", "limit=1&limit=2", "limit=", "limit=x", "limit=0", "offset=-1", "as_of=x", "child_id=x", "action=x"),
    *(f"child_id={10**30}", "occurred_after=x", "occurred_after=2026-02-30"),
    "occurred_after=2026-03-02&occurred_before=2026-03-01",
)
POSTS = (
    ("tasks/", {}),
    ("tasks/", []),
    ("tasks/", {"name": "", "points": 0}),
    ("tasks/", {"name": "Dishes", "points": 10**9, "x": 1}),
    ("children/", {"name": "Ada", "username": "mia"}),
    ("children/", {"name": "Ada", "username": "Parent", "password": PASSWORD}),
    ("parents/", {"username": "?", "password": "parents"}),
    ("parents/", {"username": "mia", "password": "1234"}),
    ("me/password/", {"old": "x", "new": PASSWORD}),
    ("rewards/1/redeem/", {"child": 1}),
    ("rewards/1/request/", {}),
    ("tasks/1/activate/", {"child": "x"}),
    ("tasks/1/activate/", {"child": 7}),
    ("tasks/7/activate/", {"child": 1}),
    ("me/", {}),
    ("nowhere/", {}),
    ("admin/account-deletion/policy/", {}),
)
MALFORMED = (
    {"data": "[" * 100_000, **JSON},
    {"data": "x" * 3_000_000, **JSON},
    {"data": "x", "content_type": "text/plain"},
    {"data": "{}", "content_type": "application/json; charset=hex"},
    {"data": "{}", **JSON, "HTTP_COOKIE": 'x="\\000"'},
    {"data": "{}", **JSON, "HTTP_ACCEPT": "image/png"},
    {"data": "{}", **JSON, "HTTP_AUTHORIZATION": "Bearer x"},
    {"data": "{}", **JSON, "HTTP_IDEMPOTENCY_KEY": "ä"},
)


@pytest.fixture
def _brackets(monkeypatch):
    speak_in_brackets(monkeypatch)


def bare(response):
    """Return the words of an answer's errors that are outside brackets."""
    assert response.status_code >= 400
    return {word for error in response.json()["errors"] for word in bare_words(error["detail"])}


@pytest.mark.usefixtures("_brackets")
@pytest.mark.once
def test_requests_that_make_no_sense(api, client, parent, child, task, reward):
    client.force_login(parent)
    family = api(parent)
    answers = {
        **{query: family.get(f"{ROOT}tracking/events/?{query}") for query in QUERIES},
        **{f"{path} {body}": family.post(f"{ROOT}{path}", body) for path, body in POSTS},
        **{str(how)[:80]: client.generic("POST", f"{ROOT}tasks/1/activate/", **how) for how in MALFORMED},
        "a login that stays": family.patch(f"{ROOT}children/{child.pk}/", {"username": None}),
        "a stream": family.get(f"{ROOT}tracking/stream/"),
    }

    assert {name: words for name, answer in answers.items() if (words := bare(answer))} == {}


@pytest.mark.usefixtures("_brackets")
@pytest.mark.once
def test_requests_of_whom_they_are_not_for(api, admin, parent, child, task):
    _, token = AuthToken.objects.create(user=parent, read_only=True)
    tablet = api()
    tablet.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    guesses = [api().post(f"{ROOT}auth/login/", {"username": "parent", "password": "x"}) for _ in range(6)]
    once = {"HTTP_IDEMPOTENCY_KEY": "1"}
    api(parent).post(f"{ROOT}tasks/{task.pk}/activate/", {"child": child.pk}, **once)

    for answer in (
        *guesses,
        api().get(f"{ROOT}me/"),
        api(admin).get(f"{ROOT}tasks/"),
        api(admin).get(f"{ROOT}tracking/stream/"),
        tablet.post(f"{ROOT}tasks/", {}),
        api(parent).post(f"{ROOT}tasks/{task.pk}/activate/", {"child": 7}, **once),
    ):
        assert bare(answer) == set()


def descendants(parent):
    for child in parent.__subclasses__():
        yield child
        yield from descendants(child)


@pytest.mark.once
def test_what_is_refused_is_told_in_the_language_of_the_request():
    """Translated when it is told, not when the server starts."""
    refusals = [refusal.message for refusal in descendants(ChoreError)]
    others = [
        error.default_detail
        for error in descendants(APIException)
        if error.__module__.startswith(OURS) and error is not Refused  # it has the text of its refusal
    ]

    assert len(refusals) > 10 and len(others) > 1
    assert all(isinstance(text, Promise) for text in [*refusals, *others])
