"""`python -m tracking.benchmarks.big.site` answers, as its own process, what is asked on stdin, a line of JSON each: with the whole
page, how long that took, and what it asked the database if that is wanted too. Beside the site's own addresses it has plain ones.
"""

import json
import os
import sys
from contextlib import nullcontext
from time import perf_counter
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chore_project.settings")
django.setup()

from django.conf import settings  # noqa: E402 - needs the settings above, as what follows
from django.db import connection  # noqa: E402
from django.http import HttpResponse, StreamingHttpResponse  # noqa: E402
from django.test import Client, RequestFactory  # noqa: E402
from django.urls import resolve  # noqa: E402

from children.models import AuthToken, User  # noqa: E402

settings.ROOT_URLCONF = "tracking.benchmarks.big.addresses"


class Statements(list[tuple[str, float]]):
    """Each that ran, and how many milliseconds it took."""

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        began = perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.append((f"{sql} {params}"[:2000], 1000 * (perf_counter() - began)))


class Visitor:
    """The admin, with a session for the site's pages and a token for the API, whose views are called without the middleware."""

    def __init__(self) -> None:
        user = User.objects.get(username="admin")
        headers = {"host": "localhost", "authorization": f"Bearer {AuthToken.objects.create(user)[1]}"}
        self.requests = RequestFactory(headers=headers)
        self.client = Client(headers=headers)
        self.client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[-1])

    def get(self, path: str, is_explained: bool) -> dict[str, Any]:
        statements = Statements()
        with connection.execute_wrapper(statements) if is_explained else nullcontext():
            began = perf_counter()
            response = self._page(path) if "/admin/" in path else self._view(path)
            body = _body(response)
            took = 1000 * (perf_counter() - began)
        return {"status": response.status_code, "took": took, "body": body.decode(), "statements": statements}

    def _page(self, path: str) -> Any:
        return self.client.get(path, follow=True)

    def _view(self, path: str) -> Any:
        view, arguments, named = resolve(path.partition("?")[0])
        return view(self.requests.get(path), *arguments, **named).render()


def _body(response: HttpResponse | StreamingHttpResponse) -> bytes:
    """All of it; of a file, which is made while it is sent, its beginning."""
    return next(iter(response)) if response.streaming else response.content


def main() -> None:
    visitor = Visitor()
    print("ready", flush=True)
    for line in sys.stdin:
        print(json.dumps(visitor.get(**json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
