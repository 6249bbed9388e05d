"""An API client that holds every answer against the OpenAPI schema."""

import re
from collections.abc import Iterator
from functools import cache
from threading import Lock
from typing import Any

from django.urls import Resolver404
from jsonschema import Draft202012Validator
from rest_framework.test import APIClient

from children.api.schema.generator import EnglishGenerator
from children.tests.endpoints import ROOT

one_by_one = Lock()


class DocumentedClient(APIClient):
    """Fails on a status that the schema does not name, and on a body that is not as it says.

    Free are 405, OPTIONS, paths that lead to no view of the API, and pages for people.
    """

    def request(self, **kwargs: Any) -> Any:
        response = super().request(**kwargs)
        for_people = response.headers.get("Content-Type", "").startswith("text/html")
        if response.status_code != 405 and not for_people and (operation := _operation(response)) is not None:
            _compare(response, operation)
        return response


def _operation(response: Any) -> dict[str, Any] | None:
    """What the schema says about the request that was answered; None for what it is silent about on purpose."""
    try:
        route = response.resolver_match.route
    except Resolver404:
        return None
    method = response.request["REQUEST_METHOD"].lower()
    method = "get" if method == "head" else method
    return operations().get((method, _nameless(route)))


def _compare(response: Any, operation: dict[str, Any]) -> None:
    name = f"{operation['operationId']} -> {response.status_code}"
    assert str(response.status_code) in operation["responses"], f"{name} is not documented: {response.content[:500]!r}"
    content = operation["responses"][str(response.status_code)].get("content")
    if content is None:
        assert response.content == b"", f"{name} has a body"
    elif response.headers["Content-Type"] == "application/json" and response.content:
        validator(operation["operationId"], str(response.status_code)).validate(response.json())


def _nameless(path: str) -> str:
    """`api/v1/tasks/<int:pk>/` and `/api/v1/tasks/{id}/` are the same."""
    return re.sub(r"<[^>]+>|{[^}]+}", "{}", path).removeprefix("/")


def schema() -> dict[str, Any]:
    with one_by_one:  # in two threads at once, drf-spectacular fails over extensions that it has not loaded yet
        return _made_schema()


@cache
def _made_schema() -> dict[str, Any]:
    return EnglishGenerator().get_schema(public=True)  # type: ignore[no-any-return]


@cache
def operations() -> dict[tuple[str, str], dict[str, Any]]:
    """Each operation by its method and path, names of what is in the path left out."""
    return {
        (method, _nameless(path)): operation
        for path, methods in schema()["paths"].items()
        for method, operation in methods.items()
    }


def operation_of(method: str, route: str) -> dict[str, Any]:
    """That of an endpoint."""
    return operations()[method.lower(), _nameless(ROOT + route)]


def contents(operation: dict[str, Any]) -> Iterator[tuple[dict[str, Any], Draft202012Validator]]:
    """Yield each of its bodies, with what judges one: what is asked with, and what is answered."""
    for media in operation.get("requestBody", {}).get("content", {}).values():
        yield media, _validator(media["schema"], unseen="readOnly")
    for response in operation["responses"].values():
        for media in response.get("content", {}).values():
            yield media, _validator(media["schema"], unseen="writeOnly")


@cache
def validator(operation_id: str, status: str) -> Draft202012Validator:
    (operation,) = (each for each in operations().values() if each["operationId"] == operation_id)
    body = operation["responses"][status]["content"]["application/json"]["schema"]
    return _validator(body, unseen="writeOnly")


def _validator(body: dict[str, Any], *, unseen: str) -> Draft202012Validator:
    return Draft202012Validator({**_strict(body, unseen), "components": _strict_components(unseen)})


@cache
def _strict_components(unseen: str) -> dict[str, Any]:
    schemas = schema()["components"]["schemas"]
    return {"schemas": {name: _strict(component, unseen) for name, component in schemas.items()}}


def _strict(node: Any, unseen: str) -> Any:
    """OpenAPI 3.0 as JSON schema; and a body holds all that is described, but what is read-only or write-only, and nothing else."""
    if isinstance(node, list):
        return [_strict(each, unseen) for each in node]
    if not isinstance(node, dict):
        return node
    strict = {key: _strict(value, unseen) for key, value in node.items() if key != "nullable"}
    if "additionalProperties" not in node and "properties" in node:
        strict["properties"] = {
            name: value for name, value in strict["properties"].items() if not node["properties"][name].get(unseen)
        }
        strict["additionalProperties"] = False
        strict["required"] = [name for name in strict["properties"] if name != "meta"]
    return {"anyOf": [strict, {"type": "null"}]} if node.get("nullable") is True else strict
