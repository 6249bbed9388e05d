"""Whatever is sent to whatever endpoint: a 4xx in the one form, that names what is wrong; never a 5xx."""

import json

import pytest

from children.models import AuthToken
from children.tests.documented import DocumentedClient, operations
from children.tests.endpoints import BODIES, ROOT, endpoints, undone
from children.tests.factories import make_user

HUGE = (str(10**30), "9" * 5_000)
NO_INTEGER = ("1e3", "1.5", "x", "٣", "0x1", "1_000", "+1", " 1", "1 ", "--1", "true", "null", "\0", "1\0", "%", *HUGE)
INTEGERS = {"child_id", "user_id", "entity_id", "family_id", "limit", "offset", "as_of"}
WORDS = {"entity_type", "action", "status", "anonymized"}
MOMENTS = {"occurred_after", "occurred_before"}


@pytest.fixture
def client(family, parent):
    """Who may do everything: staff, and a parent."""
    user = make_user("staff", family=family, is_staff=True, is_superuser=True)
    _, text = AuthToken.objects.create(user=user)
    return DocumentedClient(raise_request_exception=False, HTTP_AUTHORIZATION=f"Bearer {text}")


def errors(answer, status=400):
    """The (code, attr) of an error in the one form."""
    assert answer.status_code == status, (answer.request["PATH_INFO"], answer.status_code, answer.content[:300])
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json()["type"] in ("validation_error", "client_error")
    for error in answer.json()["errors"]:
        assert error.keys() >= {"code", "detail", "attr"}
    return [(error["code"], error["attr"]) for error in answer.json()["errors"]]


def attrs(answer):
    return [attr for _, attr in errors(answer)]


# Query parameters


def lists():
    """The path of each list, and the parameters that it takes."""
    for (method, path), operation in operations().items():
        if method == "get" and operation["operationId"].endswith("_list"):
            yield f"/{path}", [each["name"] for each in operation["parameters"] if each["in"] == "query"]


@pytest.mark.once
def test_every_parameter_is_of_a_kind_that_is_tested_here():
    assert {name for _, names in lists() for name in names} == INTEGERS | WORDS | MOMENTS


@pytest.mark.once
def test_what_is_not_known_is_named_on_every_endpoint(client, things):
    for endpoint in endpoints():
        path = endpoint.path(things)

        def ask(query, method=endpoint.method, path=path):
            return undone(client.generic, method, f"{path}?{query}")

        assert errors(ask("junk=1")) == [("unknown_parameter", "junk")]
        assert errors(ask("junk=1&junk=2&format=json")) == [
            ("unknown_parameter", "junk"),
            ("unknown_parameter", "format"),
        ]
        assert errors(ask("junk=&Limit=")) == [("unknown_parameter", "junk"), ("unknown_parameter", "Limit")]
        assert errors(ask("%00=1")) == [("unknown_parameter", "\0")]
        assert errors(ask("%ff=%fe")) == [("unknown_parameter", "\ufffd")]
        assert errors(ask("%ED%A0%80=1")) == [("unknown_parameter", "\ufffd" * 3)]
        assert errors(ask("=1")) == [("unknown_parameter", "")]
        assert errors(ask("a[]=1&%3Cscript%3E")) == [("unknown_parameter", "a[]"), ("unknown_parameter", "<script>")]


@pytest.mark.once
def test_there_may_be_a_thousand_and_no_more(client):
    def ask(number):
        return errors(client.get(f"{ROOT}me/?" + "&".join(f"junk{each}" for each in range(number))))

    assert len(ask(1_000)) == 1_000
    assert ask(1_001) == [("parse_error", None)]
    assert errors(client.get(f"{ROOT}me/?{'x' * 100_000}")) == [("unknown_parameter", "x" * 100_000)]


@pytest.mark.once
def test_a_parameter_that_only_lists_know_is_refused_elsewhere(client, things):
    for endpoint in endpoints():
        if not endpoint.is_list:
            answer = undone(client.generic, endpoint.method, f"{endpoint.path(things)}?limit=1")
            assert errors(answer) == [("unknown_parameter", "limit")]


@pytest.mark.once
def test_what_is_repeated_or_blank_is_named(client, things):
    for path, names in lists():
        for name in names:
            assert errors(client.get(f"{path}?{name}=1&{name}=1")) == [("repeated_parameter", name)]
            for blank in ("", "=", "=+", "=%20%09", "=%0A", "=%C2%A0"):
                assert errors(client.get(f"{path}?{name}{blank}")) == [("blank", name)]


@pytest.mark.once
def test_what_is_no_integer_is_named(client, things):
    for path, names in lists():
        for name in INTEGERS.intersection(names):
            for value in NO_INTEGER:
                assert attrs(client.get(path, {name: value})) == [name], value
            assert attrs(client.get(f"{path}?{name}=%ff")) == [name]
            assert attrs(client.get(f"{path}?{name}={2**63}")) == [name]
            assert client.get(path, {name: 2**63 - 1}).status_code == 200


@pytest.mark.once
def test_what_is_below_its_bound_is_named(client, things):
    for path, names in lists():
        for name, value in (("limit", 0), ("limit", -1), ("offset", -1), ("as_of", -1), ("offset", -(2**63))):
            if name in names:
                assert errors(client.get(path, {name: value})) == [("invalid", name)]


def test_a_word_that_is_not_in_the_list_is_named(client, things):
    for path, names in lists():
        for name in WORDS.intersection(names):
            for value in ("x", "TASK", " task", "task,reward", "null", "\0", "\ud7ff", "x" * 5_000, *HUGE):
                assert attrs(client.get(path, {name: value})) == [name], value
            assert attrs(client.get(f"{path}?{name}=%ff")) == [name]


def test_several_wrong_parameters_are_named_at_once(client, things):
    answer = client.get(f"{ROOT}tracking/events/?child_id=x&action=y&occurred_after=z")

    assert sorted(attrs(answer)) == ["action", "child_id", "occurred_after"]


# Paths


def test_an_id_that_is_none_is_not_found(client, things):
    for endpoint in endpoints():
        if "<" in endpoint.route:
            for junk in (
                "0",
                "-1",
                "1.5",
                "x",
                "%00",
                "1%00",
                "%ff",
                "%ED%A0%80",
                "٣",
                "1e3",
                "+1",
                "%0A",
                "1%0A",
                "%2F",
                *HUGE,
            ):
                answer = undone(client.generic, endpoint.method, endpoint.path(dict.fromkeys(things, junk)))
                assert errors(answer, 404) == [("not_found", None)]


@pytest.mark.once
def test_a_path_that_leads_nowhere_is_not_found(client):
    for path in (
        "",
        "nope/",
        "nope/%00/",
        "tasks/1/nope/",
        "%ff/",
        "..%2f..%2fadmin/",
        "tasks//",
        "TASKS/",
        "x" * 5_000,
    ):
        assert errors(client.get(f"{ROOT}{path}"), 404) == [("not_found", None)]


# Bodies

NO_OBJECT = [b"null", b"[]", b'"x"', b"1", b"1.5", b"true", b'[{"name": "x"}]']
NO_JSON = [
    b"{",
    b"}",
    b"{}x",
    b"{}{}",
    b"{'name': 1}",
    b'{"name": NaN}',
    b"NaN",
    b"Infinity",
    b'{"points": -Infinity}',
    b'{"a": 1,}',
    b"\0",
    b'{"a": "\0"}',
    b"\xff\xfe",
    b'{"a": "\xff"}',
    b'{"a": "\xed\xa0\x80"}',
    b"\xef\xbb\xbf{}",
    "{}".encode("utf-16"),
    b"{\xc2\xa0}",
    b"a=1&b=2",
    b"<xml/>",
    b"[" * 100_000,
    b'{"a":' * 100_000,
    b"[" * 100_000 + b"]" * 100_000,
    b'{"points": ' + b"9" * 5_000 + b"}",
    b'{"name": "' + b"x" * 3_000_000 + b'"}',
]


def send(client, endpoint, things, raw, content_type="application/json"):
    return undone(client.generic, endpoint.method, endpoint.path(things), raw, content_type)


def takers():
    """What takes a body; PUT takes that of POST."""
    return [endpoint for endpoint in endpoints() if endpoint.takes_body and endpoint.method != "PUT"]


@pytest.mark.once
def test_a_body_that_is_no_json_is_refused(client, things):
    for endpoint in takers():
        for raw in NO_JSON:
            assert errors(send(client, endpoint, things, raw)) == [("parse_error", None)], (str(endpoint), raw[:50])


@pytest.mark.once
def test_a_body_that_is_no_object_is_refused(client, things):
    for endpoint in takers():
        for raw in NO_OBJECT:
            (error,) = errors(send(client, endpoint, things, raw))
            assert error in [
                ("invalid", None),
                ("null", None),
                ("invalid", "non_field_errors"),
                ("null", "non_field_errors"),
            ]


@pytest.mark.once
def test_a_field_that_is_not_known_is_named(client, things):
    for endpoint in takers():
        proper = endpoint.body(things) or {}
        for name in ("junk", "", " ", "name ", "\0", "x" * 1_000, "__class__", "points__gt"):
            raw = json.dumps({**proper, name: 1}).encode()
            assert ("unknown_field", name) in errors(send(client, endpoint, things, raw)), str(endpoint)
        assert errors(send(client, endpoint, things, b'{"\\ud800": 1}'))[0][0] in ("unknown_field", "required")


WRONG = [
    None,
    [],
    {},
    {"id": 1},
    -1.5,
    True,
    10**30,
    2**63,
    0,
    "",
    " ",
    "a\0b",
    "NaN",
    "9" * 5_000,
    "\u202e",
    "\U0001f600" * 1_000,
]


def fields(endpoint):
    return sorted(
        {*(BODIES.get(endpoint.route.replace("<int:pk>/", "")) or {}), *(["child"] if endpoint.is_act_on_child else [])}
    )


@pytest.mark.once
def test_a_value_of_the_wrong_kind_is_named(client, things):
    for endpoint in takers():
        for name in fields(endpoint):
            values = [json.dumps(value).encode() for value in WRONG]
            for raw in (*values, b'"\\ud800"', b'"a\\udfffb"', b'"\\u0000"'):
                body = json.dumps({**endpoint.body(things), name: "#"}).encode().replace(b'"#"', raw)
                answer = send(client, endpoint, things, body)
                if answer.status_code not in (200, 201, 204, 401):  # some are no worse than odd; 401: a wrong password
                    assert set(attrs(answer)) == {name}, (str(endpoint), raw[:50])


def test_a_text_may_be_as_long_as_the_body(client):
    for path, name in (("children/", "name"), ("auth/login/", "username"), ("auth/login/", "password")):
        answer = client.post(f"{ROOT}{path}", {**BODIES[path], name: "x" * 1_000_000})
        assert errors(answer) == [("max_length", name)]


def test_an_id_or_an_amount_is_an_integer(client, things):
    for endpoint in takers():
        for name in {"child", "points", "cost"}.intersection(fields(endpoint)):
            for raw in (b"1.5", b"true", b"null", b'"x"', b"[]", b"1e400", b"-0.5", str(10**30).encode()):
                body = json.dumps({**endpoint.body(things), name: "#"}).encode().replace(b'"#"', raw)
                assert send(client, endpoint, things, body).status_code == 400, (str(endpoint), raw)


@pytest.mark.once
def test_of_two_equal_keys_neither_breaks_anything(client, things):
    for endpoint in takers():
        assert send(client, endpoint, things, b'{"junk": 1, "junk": {"a": 2}}').status_code == 400


@pytest.mark.once
@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json; charset=utf-8", 400),
        ("application/json; charset=UTF8", 400),
        ("application/json; charset=hex", 415),
        ("application/json; charset=utf-16", 415),
        ("application/json; charset=idna", 415),
        ("application/json; charset=", 415),
        ("application/json;;;=", 400),
        ("APPLICATION/JSON", 400),
        ("application/x-www-form-urlencoded", 415),
        ("application/x-www-form-urlencoded; charset=hex", 415),
        ("multipart/form-data", 415),
        ("multipart/form-data; boundary=x", 415),
        ("multipart/form-data; boundary=" + "x" * 1_000, 415),
        ("multipart/form-data; boundary=\xff", 415),
        ("text/plain", 415),
        ("junk", 415),
        ("/", 415),
        (";", 415),
        ("\xff", 415),
        ("a" * 10_000, 415),
        ("*/*", 400),
    ],
)
def test_content_types(client, things, content_type, status):
    for endpoint in takers():
        answer = send(client, endpoint, things, b'{"junk": 1}', content_type)
        errors(answer, status)


# Headers

VARIED = (
    "GET me/",
    "GET docs/",
    "POST auth/login/",
    "PATCH family/",
    "POST rewards/<int:pk>/request/",
    "DELETE tasks/<int:pk>/",
    "GET tracking/events/",
)


@pytest.mark.parametrize(
    ("header", "values"),
    [
        (
            "Accept",
            [
                "junk",
                "*/*;q=x",
                "application/xml",
                "text/html;q=\xff",
                "a/b," * 5_000,
                "",
                ",",
                ";",
                "*",
                "\0",
                "application/json; indent=x",
                "application/json; indent=999999999",
            ],
        ),
        ("Accept-Language", ["xx", "\xff", "de;q=x", "en-" + "x" * 5_000, "\0", "../../etc", "a," * 5_000, ""]),
        (
            "Host",
            ["evil.example", "", "a b", "\xff", "\0", "x" * 5_000, "[::1", "localhost:junk", "localhost:99999999"],
        ),
        ("X-Forwarded-For", ["junk", "\0", "1.2.3.4, " * 5_000, "\xff"]),
        ("X-Forwarded-Host", ["evil.example"]),
        ("X-CSRFToken", ["junk", "\0", "\xff" * 5_000]),
        ("X-HTTP-Method-Override", ["DELETE", "\0"]),
        ("Range", ["bytes=0-1", "bytes=-1-", "junk", "\0"]),
        ("If-Modified-Since", ["junk", "\0", "Thu, 99 Foo 99999 99:99:99 GMT", "9" * 5_000]),
        ("If-None-Match", ["junk", "\0", '"' * 5_000]),
        ("Content-Length", ["", "0", "x", "-1", "9" * 30]),
        ("Cookie", ["sessionid", "=", ";" * 5_000, 'csrftoken="\\000aaa"', "\xff=\xff", 'a="\\777"']),
        ("Origin", ["null", "junk", "http://[", "\0"]),
        ("Referer", ["http://[", "junk", "\0"]),
        ("User-Agent", ["\0", "\xff" * 5_000]),
        ("Idempotency-Key", ["\0", "x" * 5_000]),
    ],
)
def test_odd_headers_are_no_server_error(client, things, header, values):
    key = header.upper().replace("-", "_")
    key = key if key == "CONTENT_LENGTH" else f"HTTP_{key}"
    for endpoint in (each for each in endpoints() if str(each) in VARIED):
        for value in values:
            answer = undone(client.generic, endpoint.method, endpoint.path(things), **{key: value})
            assert answer.status_code < 500, (str(endpoint), value[:50])
            if answer.status_code in (400, 406, 415) and header != "Accept":  # which may ask for HTML
                errors(answer, answer.status_code)
