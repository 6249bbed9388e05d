"""The schema by itself; that answers are as it says, `DocumentedClient` checks in every test of the API."""

import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.management import call_command
from django.test import Client
from drf_spectacular.extensions import OpenApiAuthenticationExtension

from children.tests.documented import operations, schema
from children.tests.endpoints import endpoints

ERRORS = {"400", "401", "403", "404", "406", "409", "415", "422", "429", "503"}


def test_it_is_valid_and_complete(tmp_path):
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "schema.yaml"))


def test_every_endpoint_stands_in_it_but_itself_and_its_page():
    described = {(method.upper(), re.sub(r"{[^}]*}", "{}", path)) for method, path in operations()}

    served = {(each.method, "api/v1/" + re.sub(r"<[^>]+>", "{}", each.route)) for each in endpoints()}

    assert served - described == {("GET", "api/v1/schema/"), ("GET", "api/v1/docs/")}
    assert described <= served


def test_errors_have_their_one_form():
    for operation in operations().values():
        for status in ERRORS & set(operation["responses"]):
            (content,) = {str(each["schema"]) for each in operation["responses"][status]["content"].values()}
            assert "ErrorResponse" in content, (operation["operationId"], status)


@pytest.mark.parametrize("operation", operations().values(), ids=lambda operation: operation["operationId"])
def test_each_operation_says_what_it_does_for_whom_and_what_it_answers(operation):
    described = schema()
    schemes = described["components"]["securitySchemes"]

    assert operation["summary"] and not operation["summary"].endswith(".")
    assert set(operation["tags"]) <= {tag["name"] for tag in described["tags"] if tag["description"]}
    assert operation["security"] in ([{"token": []}, {"cookieAuth": []}], [{}])
    assert all(schemes[name]["description"] for each in operation["security"] for name in each)
    assert all(response["description"].strip() for response in operation["responses"].values())
    assert all(parameter["description"] for parameter in operation.get("parameters", ()))


def test_an_error_tells_in_headers_what_to_do():
    told = {
        (status, name)
        for operation in operations().values()
        for status, response in operation["responses"].items()
        for name in response.get("headers", {})
        if status in ERRORS
    }

    assert told == {("401", "WWW-Authenticate"), ("429", "Retry-After"), ("503", "Retry-After")}


def test_it_is_in_english_whatever_is_asked_for(client, db):
    first, second = (client.get("/api/v1/schema/", headers={"Accept-Language": each}).content for each in ("en", "de"))

    assert first == second


def test_nothing_of_the_code_is_told():
    words = str(schema())

    assert "serializer" not in words.lower()
    assert "Names the fields" not in words


@pytest.mark.parametrize("path", ["/api/v1/schema/", "/api/v1/docs/", "/api/v1/docs/?script="])
def test_anybody_reads_it(client, db, path):
    assert client.get(path).status_code == 200


def test_the_page_is_no_way_in_for_other_methods(client, db):
    for path in ("/api/v1/schema/", "/api/v1/docs/"):
        for method in ("post", "put", "patch", "delete", "options"):
            answer = getattr(client, method)(path)
            assert (answer.status_code, answer.json()["errors"][0]["code"]) == (405, "method_not_allowed")
        assert client.get(f"{path}?lang=de").json()["errors"][0]["attr"] == "lang"


@pytest.mark.once
def test_many_can_be_the_first_to_read_it(monkeypatch):
    for extension in OpenApiAuthenticationExtension._registry:
        if isinstance(extension.target_class, type):  # named again, as it was before the first schema
            name = f"{extension.target_class.__module__}.{extension.target_class.__qualname__}"
            monkeypatch.setattr(extension, "target_class", name)
    start = Barrier(4)

    def read(_):
        start.wait()
        return Client().get("/api/v1/schema/").content

    with ThreadPoolExecutor(4) as threads:
        schemas = set(threads.map(read, range(4)))

    assert len(schemas) == 1
    assert b"bearer" in schemas.pop()
