"""docs/api.md keeps its word: its samples are replayed in their order, and it names all that there is."""

import json
import re
import shlex
from pathlib import Path

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from rest_framework.exceptions import APIException

from children.api.serializers.base import StrictModelSerializer, StrictSerializer
from children.errors import ChoreError
from children.models import User
from children.tests.documented import DocumentedClient, schema
from children.tests.endpoints import ROOT, endpoints
from children.tests.factories import make_user
from children.tests.pages import first_cells, in_code, page, section
from tracking.models.plain_form import FIELDS
from tracking.stream import generator
from tracking.stream.storage import CREATED

SAMPLE = re.compile(r"```console\n(curl .*?)\n```\n```json\n(.*?)\n```", re.DOTALL)
VOLATILE = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z"  # a moment
    r"|[0-9a-f]{64}"  # a token
    r"|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"  # the id of a token
)


@pytest.fixture
def api_page():
    return page("docs/api.md")


class Reader:
    """Types the commands, and keeps the token that the last login gave, as `$TOKEN` says."""

    def __init__(self):
        self.token = ""
        self.met = {}

    def type(self, command):
        """Send what curl would, and return the answer."""
        words = iter(shlex.split(command.replace("\\\n", " ")))
        method, body, headers, url = None, "", {}, ""
        for word in words:
            if word == "-X":
                method = next(words)
            elif word == "-d":
                body = next(words)
            elif word == "-H":
                name, value = next(words).split(": ", 1)
                headers[name] = value.replace("$TOKEN", self.token)
            elif word != "curl":
                url = word
        answer = DocumentedClient(headers=headers).generic(
            method or ("POST" if body else "GET"), url.removeprefix("$CHORE"), body, headers.get("Content-Type", "")
        )
        self.token = answer.json().get("token", self.token)
        return answer.json()

    def same(self, told, seen):
        """Whether the answer is as told; what differs each time is at least the same wherever the same is told."""
        if isinstance(told, dict) and isinstance(seen, dict):
            return told.keys() == seen.keys() and all(self.same(told[name], seen[name]) for name in told)
        if isinstance(told, list) and isinstance(seen, list):
            return len(told) == len(seen) and all(map(self.same, told, seen))
        if isinstance(told, str) and VOLATILE.fullmatch(told):
            return VOLATILE.fullmatch(seen) is not None and self.met.setdefault(told, seen) == seen
        return told == seen and type(told) is type(seen)


@pytest.mark.django_db(transaction=True, reset_sequences=True)
def test_the_samples_are_true(api_page):
    samples = SAMPLE.findall(section(api_page, "Samples"))
    admins_password = json.loads(shlex.split(samples[0][0].replace("\\\n", " "))[-1])["password"]
    admin = make_user("admin", is_staff=True, is_superuser=True)
    admin.set_password(admins_password)
    admin.save()
    reader = Reader()

    for command, told in samples:
        seen = reader.type(command)
        assert reader.same(json.loads(told), seen), f"{command}\n{json.dumps(seen, indent=2)}"


def test_no_sample_is_left_out(api_page):
    samples = section(api_page, "Samples")

    assert len(SAMPLE.findall(samples)) == samples.count("```console") == samples.count("```json") > 20


def test_the_fields_of_an_event_are_all_described(api_page):
    assert first_cells(section(api_page, "The event")) == list(FIELDS)


def test_every_endpoint_is_listed(api_page):
    table = section(api_page, "Endpoints")

    for endpoint in endpoints():
        plain = re.sub(r"<[^>]+>", "{id}", endpoint.route)
        told = [plain, plain.replace("{id}/", "", 1), plain.rpartition("{id}/")[2]]  # `cancel/` follows its first
        assert any(f"`{each}" in table for each in told if each), f"{endpoint.method} {ROOT}{plain}"


def test_every_parameter_and_header_is_named(api_page):
    operations = [operation for methods in schema()["paths"].values() for operation in methods.values()]
    parameters = {
        parameter["name"]
        for operation in operations
        for parameter in operation.get("parameters", [])
        if parameter["in"] != "path"
    }
    headers = {
        name
        for operation in operations
        for response in operation["responses"].values()
        for name in response.get("headers", {})
    }

    assert len(parameters) > 10
    assert (parameters | headers) - in_code(api_page) == set()


def test_every_field_is_named(api_page):
    components = schema()["components"]["schemas"].values()
    fields = {name for component in components for name in component.get("properties", {})}

    assert len(fields) > 40
    assert fields - in_code(api_page) == set()


def every(kind):
    """The subclasses of a class, and theirs."""
    return {each for child in kind.__subclasses__() for each in {child, *every(child)}}


def codes_in(node):
    """The codes of the errors in a part of the schema."""
    if isinstance(node, list):
        return {code for each in node for code in codes_in(each)}
    if not isinstance(node, dict):
        return set()
    own = {node["code"]} if {"code", "detail", "attr"} <= node.keys() and isinstance(node["code"], str) else set()
    return own | {code for each in node.values() for code in codes_in(each)}


def codes_of_fields():
    """What the validators of all that can be sent refuse with."""
    fields = [
        field
        for kind in every(StrictSerializer)
        if kind is not StrictModelSerializer
        for field in kind().fields.values()
    ]
    return {
        validator.code
        for field in fields
        if not field.read_only
        for validator in field.validators
        if hasattr(validator, "code")
    }


def codes_of_weak_passwords():
    with pytest.raises(ValidationError) as refused:
        validate_password("1234", User(username="1234"))
    return {error.code for error in refused.value.error_list}


def test_every_code_of_an_error_is_explained(api_page):
    refusals = {error.code for error in every(ChoreError) if error.__module__ == "children.errors"}
    beside_the_rules = {error.default_code for error in every(APIException)} | {APIException.default_code}
    beside_the_schema = codes_of_fields() | codes_of_weak_passwords()

    told = first_cells(section(api_page, "Errors").split("Each `code`")[1])

    assert min(map(len, (refusals, beside_the_rules, beside_the_schema))) > 5
    assert (refusals | beside_the_rules | beside_the_schema | codes_in(schema())) - set(told) == set()
    assert len(told) == len(set(told))


def test_every_message_of_the_stream_is_told(api_page):
    source = Path(generator.__file__).read_text()
    sent = {CREATED, *re.findall(r'sse_encode_event\(\s*"([\w-]+)"', source)}

    assert set(first_cells(section(api_page, "The live stream"))) == sent
