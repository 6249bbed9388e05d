"""Whatever is wrong with a request for the stream is answered before one starts, in the form of any other error."""

import pytest
from django.contrib.auth.models import Permission

from children.services.families import remove_parent
from children.tests.documented import DocumentedClient
from children.tests.factories import make_user
from tracking.tests.streaming_inside import PATH, ask, bearer, do, in_a_loop, listeners, session

EVENT_STREAM = "text/event-stream"
JUNK = [
    "abc",
    "-1",
    "1.5",
    "1e3",
    "0x1",
    "1_0",
    "+1",
    "1 2",
    "1,2",
    "family-1:5",
    "None",
    "\N{ARABIC-INDIC DIGIT ONE}",
    "\N{SUPERSCRIPT TWO}",
    "9223372036854775808",
    "99999999999999999999",
    "9" * 5000,
    "1\0",
]


def get(client, query=None, *, header=None):
    """Ask under WSGI, where nothing but that is wrong with a good request."""
    return client.get(PATH, query, headers={} if header is None else {"Last-Event-ID": header})


def errors(answer):
    return answer.status_code, [(error["code"], error["attr"]) for error in answer.json()["errors"]]


NOTHING_ELSE = (503, [("cannot_stream", None)])


@pytest.fixture
def boss(family):
    """An admin who is a parent too."""
    boss = make_user("boss", family=family, is_staff=True)
    boss.user_permissions.add(Permission.objects.get(codename="view_trackingevent"))
    return boss


@pytest.mark.parametrize("method", ["get", "head"])
def test_without_asgi_it_is_a_503(api, parent, method):
    answer = getattr(api(parent), method)(PATH)

    assert answer.status_code == 503
    assert method == "head" or errors(answer) == NOTHING_ELSE
    assert answer.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_other_methods_are_a_405(api, parent, method):
    answer = getattr(api(parent), method)(PATH)

    assert errors(answer) == (405, [("method_not_allowed", None)])
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"


# Who


@pytest.mark.parametrize("credentials", [{}, {"HTTP_AUTHORIZATION": "Bearer 00ff"}, {"HTTP_COOKIE": "sessionid=x"}])
def test_without_credentials_it_is_a_401(db, credentials):
    client = DocumentedClient(**credentials)

    for accept in (EVENT_STREAM, "text/html", "*/*", "nonsense"):
        answer = client.get(PATH, headers={"Accept": accept})

        assert answer.status_code == 401
        assert answer.json()["type"] == "client_error"
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert answer.headers["Content-Type"] == "application/json"


def test_credentials_are_judged_before_parameters(api, db):
    assert get(api(), {"es-meta": "junk"}, header="junk").status_code == 401
    assert get(api(make_user("stray")), {"es-meta": "junk"}, header="junk").status_code == 403


def test_who_sees_nothing_is_refused(api, parent, other_parent):
    remove_parent(parent=other_parent, by=parent)
    other_parent.refresh_from_db()

    for user in (make_user("stray"), make_user("clerk", is_staff=True), other_parent):
        assert errors(get(api(user))) == (403, [("permission_denied", None)])


@pytest.mark.parametrize("who", ["parent", "child_user", "stranger"])
def test_who_is_in_a_family_is_not(api, request, who):
    assert errors(get(api(request.getfixturevalue(who)))) == NOTHING_ELSE


# Which family


def test_an_admin_in_no_family_names_one(api, admin, family, strangers_family):
    client = api(admin)

    assert errors(get(client)) == (400, [("required", "family_id")])
    assert errors(get(client, {"family_id": family.pk})) == NOTHING_ELSE
    assert errors(get(client, {"family_id": strangers_family.pk})) == NOTHING_ELSE


def test_an_admin_in_a_family_may_name_one(api, boss, strangers_family):
    client = api(boss)

    assert errors(get(client)) == NOTHING_ELSE
    assert errors(get(client, {"family_id": strangers_family.pk})) == NOTHING_ELSE


@pytest.mark.parametrize("who", ["parent", "child_user"])
def test_nobody_else_may_not_even_their_own(api, request, family, who):
    answer = get(api(request.getfixturevalue(who)), {"family_id": family.pk})

    assert errors(answer) == (400, [("unknown_parameter", "family_id")])


def test_a_family_that_there_is_not_is_not_found(api, admin, family):
    for family_id in (family.pk + 1, 2**63 - 1):
        assert errors(get(api(admin), {"family_id": family_id})) == (404, [("not_found", None)])


def test_a_junk_family_is_named(api, admin):
    client = api(admin)

    answers = {value: errors(get(client, {"family_id": value})) for value in (*JUNK, "0")}

    assert answers == dict.fromkeys(answers, (400, [("invalid", "family_id")]))


# Parameters


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("es-meta=junk", [("unknown_parameter", "es-meta")]),
        ("channel=family-1", [("unknown_parameter", "channel")]),
        ("lastEventId=1", [("unknown_parameter", "lastEventId")]),
        ("last-event-id=1", [("unknown_parameter", "last-event-id")]),
        ("link=next&recover=true", [("unknown_parameter", "link"), ("unknown_parameter", "recover")]),
        ("format=json", [("unknown_parameter", "format")]),
        ("last_event_id=1&last_event_id=1", [("repeated_parameter", "last_event_id")]),
        ("last_event_id=", [("blank", "last_event_id")]),
        ("last_event_id=%20", [("blank", "last_event_id")]),
        ("last_event_id", [("blank", "last_event_id")]),
    ],
)
def test_a_strange_parameter_is_named(api, parent, query, expected):
    assert errors(api(parent).get(f"{PATH}?{query}")) == (400, expected)


def test_a_junk_id_is_named(api, parent):
    client = api(parent)

    answers = {value: errors(get(client, {"last_event_id": value})) for value in JUNK}

    assert answers == dict.fromkeys(JUNK, (400, [("invalid", "last_event_id")]))


def test_a_junk_header_is_named(api, parent):
    client = api(parent)

    answers = {value: errors(get(client, header=value.encode().decode("latin-1"))) for value in JUNK}  # as servers do

    assert answers == dict.fromkeys(JUNK, (400, [("invalid", "Last-Event-ID")]))


def test_one_junk_id_is_not_hidden_by_another(api, parent):
    client = api(parent)

    assert errors(get(client, {"last_event_id": "junk"}, header="1")) == (400, [("invalid", "last_event_id")])
    assert errors(get(client, {"last_event_id": "1"}, header="junk")) == (400, [("invalid", "Last-Event-ID")])


def test_a_blank_header_is_none(api, parent):
    client = api(parent)

    assert [errors(get(client, header=blank)) for blank in ("", " ", "\t")] == [NOTHING_ELSE] * 3


def test_what_may_be_an_id_is_none_of_these(api, parent):
    client = api(parent)

    answers = [errors(get(client, {"last_event_id": good}, header=good)) for good in ("0", "1", str(2**63 - 1))]

    assert answers == [NOTHING_ELSE] * 3


def test_blanks_around_a_header_are_no_part_of_it(api, parent):
    """Servers leave those behind it."""
    client = api(parent)

    assert [errors(get(client, header=good)) for good in (" 1", "1  ", "1\t")] == [NOTHING_ELSE] * 3


# Under ASGI


@pytest.mark.django_db(transaction=True)
@in_a_loop
async def test_all_that_is_so_where_it_could_stream(parent, admin):
    headers = await do(lambda: bearer(parent))
    expected = [
        (401, {}, ""),
        (401, {"Authorization": "Bearer 00ff"}, ""),
        (403, await do(lambda: bearer(make_user("stray"))), ""),
        (400, headers, "?es-meta=junk"),
        (400, headers, "?last_event_id=junk"),
        (400, headers | {"Last-Event-ID": "junk"}, ""),
        (400, await do(lambda: bearer(admin)), ""),
        (404, await do(lambda: session(admin)), "?family_id=9223372036854775807"),
    ]

    answers = [await ask(sent | {"Accept": EVENT_STREAM}, query) for _, sent, query in expected]

    assert [answer.status_code for answer in answers] == [status for status, _, _ in expected]
    assert {answer.headers["Content-Type"] for answer in answers} == {"application/json"}
    assert [answer.headers.get("WWW-Authenticate") for answer in answers] == ["Bearer"] * 2 + [None] * 6
    assert listeners() == set()
