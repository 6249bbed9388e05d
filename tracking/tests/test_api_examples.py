"""The schema's examples: each body has some, which are as it says; and errors are refused in just those words."""

import pytest

from children.api.schema.errors import DESCRIPTIONS
from children.models import AuthToken
from children.tests.documented import DocumentedClient, contents, operation_of, operations
from children.tests.endpoints import ROOT, endpoints, undone
from children.tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.once

NOBODY = 1815  # is the id of
KEY = {"Idempotency-Key": "8e03978e-40d5-43dd-bc93-6894a57f9324"}
NOT_PROVOKED = {"409", "429"}  # others do
SCHEMA = {"schema/", "docs/"}


def examples(media):
    return [each["value"] for each in media["examples"].values()] if "examples" in media else [media["example"]]


@pytest.mark.parametrize("operation", operations().values(), ids=lambda operation: operation["operationId"])
def test_each_body_has_examples_that_are_as_it_says(operation):
    for media, validator in contents(operation):
        assert examples(media)
        for example in examples(media):
            validator.validate(example)


def is_admins(endpoint):
    return endpoint.route.startswith(("admin/", "families/"))


class Asking:
    """Everybody, and how to ask an endpoint for what is refused."""

    def __init__(self, people, things):
        self.people, self.things = people, things

    def refused(self, endpoint, code, attr):
        """Ask for what is refused with this code, about this field or parameter."""
        provoke = getattr(self, code, None)
        return provoke(endpoint, attr) if provoke else self.mistaken(endpoint, **{attr: MISTAKES[code]})

    def ask(self, endpoint, who=None, *, query="", body=None, **kwargs):
        """Ask properly, but for what is given."""
        who = who or ("admin" if is_admins(endpoint) or "family_id" in query else "parent")
        if endpoint.takes_body and "data" not in kwargs:
            kwargs["data"] = endpoint.body(self.things) if body is None else body
        call = getattr(self.people[who], endpoint.method.lower())
        return undone(call, endpoint.path(self.things) + query, **kwargs)

    def mistaken(self, endpoint, **fields):
        login = {"username": "newcomer", "password": PASSWORD} if "children/" in endpoint.route else {}
        return self.ask(endpoint, body=(endpoint.body(self.things) or {}) | login | fields)

    def required(self, endpoint, attr):
        return self.ask(endpoint, "admin") if attr == "family_id" else self.ask(endpoint, body={})

    def unknown_parameter(self, endpoint, attr):
        return self.ask(endpoint, query=f"?{attr}=1")

    def repeated_parameter(self, endpoint, attr):
        return self.ask(endpoint, query=f"?{attr}=1&{attr}=1")

    def blank(self, endpoint, attr):
        return self.ask(endpoint, query=f"?{attr}=")

    def invalid(self, endpoint, attr):
        if attr in KEY:
            return self.ask(endpoint, headers={attr: "1" * 256})
        return self.ask(endpoint, query=f"?{attr}=one")

    def range_reversed(self, endpoint, attr):
        return self.ask(endpoint, query="?occurred_after=2026-11-02&occurred_before=2026-11-01")

    def parse_error(self, endpoint, attr):
        return self.ask(endpoint, data="nonsense", content_type="application/json")

    def unsupported_media_type(self, endpoint, attr):
        form = "text/plain" if endpoint.takes_body else "application/json; charset=hex"
        return self.ask(endpoint, data="{}", content_type=form)

    def not_acceptable(self, endpoint, attr):
        return self.ask(endpoint, headers={"Accept": "application/pdf"})

    def not_authenticated(self, endpoint, attr):
        return self.ask(endpoint, "nobody")

    def authentication_failed(self, endpoint, attr):
        if endpoint.is_public:
            return self.mistaken(endpoint, password="wrong")
        return self.ask(endpoint, "nobody", headers={"Authorization": "Bearer 1815"})

    def permission_denied(self, endpoint, attr):
        if "me/" in endpoint.route:
            return self.ask(endpoint, "session" if "password" in endpoint.route else "child")
        return self.ask(endpoint, "session" if endpoint.route.startswith("auth/") else "stray")

    def read_only_token(self, endpoint, attr):
        return self.ask(endpoint, "reading admin" if is_admins(endpoint) else "reader")

    def not_found(self, endpoint, attr):
        if endpoint.route == "tracking/stream/":
            return self.ask(endpoint, "admin", query=f"?family_id={NOBODY}")
        missing = Asking(self.people, dict.fromkeys(self.things, NOBODY) | {"tokens": self.things["tokens"]})
        return missing.ask(endpoint, body=endpoint.body(self.things))

    def idempotency_key_reused(self, endpoint, attr):
        return self.ask(endpoint, headers=KEY)

    def cannot_stream(self, endpoint, attr):
        return self.ask(endpoint)


MISTAKES = {
    "unknown_field": 1,
    "does_not_exist": NOBODY,
    "unique": "other-parent",
    "password_too_common": "password",
    "wrong_password": "wrong",
    "invalid_timezone": "Mars/Olympus",
}


@pytest.fixture
def asking(parent, child_user, sibling, admin, things):
    stray = make_user("stray")
    tokens = {"parent": parent, "child": child_user, "admin": admin, "stray": stray}
    headers = {who: f"Bearer {AuthToken.objects.create(user)[1]}" for who, user in tokens.items()}
    for who, user in (("reader", parent), ("reading admin", admin)):
        headers[who] = f"Bearer {AuthToken.objects.create(user, read_only=True)[1]}"
    people = {who: DocumentedClient(HTTP_AUTHORIZATION=header) for who, header in headers.items()}
    people |= {"nobody": DocumentedClient(), "session": DocumentedClient(enforce_csrf_checks=True)}
    people["session"].force_login(parent)
    people["session"].cookies["csrftoken"] = "1" * 32
    used = people["parent"].post(f"{ROOT}tasks/{things['tasks']}/activate/", {"child": sibling.pk}, headers=KEY)
    assert used.status_code == 201
    return Asking(people, things)


def errors_of(operation):
    """Yield each error that it is said to give: the status, and the answer."""
    for status, response in operation["responses"].items():
        if status in DESCRIPTIONS.keys() - NOT_PROVOKED:
            for media in response["content"].values():
                yield from ((int(status), example) for example in examples(media))


def test_errors_are_told_in_the_words_in_which_they_are_answered(asking):
    different, seen = {}, set()

    for endpoint in endpoints():
        if endpoint.route in SCHEMA:
            continue
        for status, told in errors_of(operation_of(endpoint.method, endpoint.route)):
            (error,) = told["errors"]
            if error["code"] == "unavailable":
                continue
            answer = asking.refused(endpoint, error["code"], error["attr"])
            body = answer.json() if answer.content else {}
            seen.add(error["code"])
            if (answer.status_code, body.get("type")) != (status, told["type"]) or error not in body["errors"]:
                different[str(endpoint), error["code"]] = (answer.status_code, answer.content)

    assert different == {}
    assert len(seen) > 20
