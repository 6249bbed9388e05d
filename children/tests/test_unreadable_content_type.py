"""Django fails to make a request of these before any middleware runs: the two applications are asked as a server asks them."""

import asyncio
from io import BytesIO

import pytest
from django.test import RequestFactory

from chore_project import asgi, wsgi

pytestmark = pytest.mark.django_db

UNREADABLE = [
    "application/json; charset=\0",
    "application/json; charset*=utf-8''%00",
    "application/json; x*=junk''%41",
]


def ask_wsgi(method, path, content_type):
    statuses = []
    environ = {
        **RequestFactory()._base_environ(),
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "CONTENT_TYPE": content_type,
        "CONTENT_LENGTH": "2",
        "wsgi.input": BytesIO(b"{}"),
    }
    wsgi.application(environ, lambda status, headers: statuses.append(int(status.split()[0])))
    return statuses


def ask_asgi(method, path, content_type):
    statuses = []
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": b"",
        "headers": [(b"host", b"localhost"), (b"content-type", content_type.encode()), (b"content-length", b"2")],
    }
    messages = iter([{"type": "http.request", "body": b"{}"}])

    async def receive():
        try:
            return next(messages)
        except StopIteration:
            await asyncio.sleep(60)  # the client stays

    async def send(message):
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    asyncio.run(asgi.application(scope, receive, send))
    return statuses


@pytest.mark.parametrize("content_type", UNREADABLE)
@pytest.mark.parametrize("ask", [ask_wsgi, ask_asgi])
def test_a_content_type_that_cannot_be_parsed_is_one_that_nobody_understands(ask, content_type):
    assert ask("POST", "/api/v1/auth/login/", content_type) == [415]
    assert ask("GET", "/healthz", content_type) == [200]
