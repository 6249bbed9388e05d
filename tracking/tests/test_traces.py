"""When a text names a user: as its number, its name or its e-mail address, and nothing else."""

import json

import pytest

from children.models import User
from tracking.traces.identity import Identity

ANNA = Identity(7, ("anna", "anna@example.org"))
FOREIGN = Identity(7, ("Änna",))


@pytest.mark.parametrize(
    "text",
    [
        "anna",
        "Anna",
        "It was anna.",
        "anna, and others",
        "'anna'",
        "(anna)",
        "anna: no",
        "user=anna",
        "/parents/anna/",
        "mail to anna@example.org",
        "ANNA@EXAMPLE.ORG.",
        "user 7",
        "User 7 is not there.",
        "user_id is 7",
        "(user_id)=(7)",
        "tracking_user_7.log",
        "tracking_user_7.log.1",
        "draft_tracking_user_7.log",
        "/admin/children/user/7/change/",
        '{"user_id": 7}',
        '{"user_id":7,"child":{"id":2}}',
        '{"child": {"by": [{"user_id": 7}]}}',
        '{"_auth_user_id": "7"}',
        '{"note": "anna"}',
        '{"note": ["said", {"by": "Anna."}]}',
        '["user_id is 7"]',
        '{"user_id": 7, "half": ',
        '2026-03-01 CRITICAL: {"user_id": 7}',
        "[anna]",
    ],
)
def test_a_trace_is_found(text):
    assert ANNA.may_be_in(text)
    assert ANNA.is_named_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "joanna",
        "annabel",
        "anna-lena",
        "anna.b",
        "anna+chore@example.net",
        "x.anna",
        "anna@example.net",
        "joanna@example.org",
        "anna@example.org.uk",
        "_anna",
        "änna",
        "user 70",
        "user 17",
        "user_id is 77",
        "(user_id)=(71)",
        "tracking_user_70.log",
        "tracking_user_17.log",
        "child 7",
        "sequence 7, user 8",
        '{"user_id": 70}',
        '{"user_id": 17, "id": 7, "child_id": 7, "entity_id": 7}',
        '{"_auth_user_id": "77"}',
        '{"metadata": {"entity_name": "anna"}}',
        '{"metadata": {"entity_name": "user 7"}}',
        '{"actor_role": "anna", "entity_type": "anna", "action": "anna", "reason": "anna"}',
        "{}",
        "[]",
    ],
)
def test_what_is_none_is_not(text):
    assert not ANNA.is_named_in(text)


@pytest.mark.parametrize("spelling", ["Änna", "änna", "ÄNNA", "äNNA"])
@pytest.mark.parametrize("form", ["{}", "It was {}.", '{{"note": "{}"}}'])
def test_a_name_of_other_letters_is_found_in_each_case(spelling, form):
    assert FOREIGN.is_named_in(form.format(spelling))


@pytest.mark.parametrize("spelling", ["Änna", "änna", "ÄNNA"])
def test_a_name_that_json_escapes_is_found(spelling):
    escaped = json.dumps({"note": spelling})

    assert escaped.isascii()
    assert FOREIGN.may_be_in(escaped)
    assert FOREIGN.is_named_in(escaped)


def test_without_names_there_is_the_number_only():
    assert not Identity(7).is_named_in("anna")
    assert Identity(7).is_named_in("user 7")


def test_letters_that_mean_something_to_a_search_are_letters():
    identity = Identity(7, ("a.+b",))

    assert identity.is_named_in("it was a.+b")
    assert not identity.is_named_in("it was axxb")


def test_a_user_is_known_by_its_number_its_name_and_its_address():
    assert Identity.of(User(pk=7, username="anna", email="anna@example.org")) == ANNA
    assert Identity.of(User(pk=7, username="anna")) == Identity(7, ("anna",))


@pytest.mark.parametrize(
    ("text", "blanked"),
    [
        ("It was user 7, anna.", "It was user (forgotten), (forgotten)."),
        ("user_id is 7", "user_id is (forgotten)"),
        ("Key (user_id)=(7): anna@example.org", "Key (user_id)=((forgotten)): (forgotten)"),
        ("user 70, anna-lena, joanna", "user 70, anna-lena, joanna"),
    ],
)
def test_a_blanked_text_says_all_else_and_names_nobody(text, blanked):
    assert ANNA.blanked(text) == blanked
    assert not ANNA.is_named_in(blanked)
