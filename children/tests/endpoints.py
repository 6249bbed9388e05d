"""What the URL configuration serves under `/api/v1/`, found by walking it: a new endpoint is tested without being listed."""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any, NamedTuple

from django.db import transaction
from django.urls import URLPattern, get_resolver

from children.tests.factories import PASSWORD

ROOT = "/api/v1/"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")

BODIES: dict[str, dict[str, Any]] = {
    "auth/login/": {"username": "parent", "password": PASSWORD},
    "me/password/": {"old": PASSWORD, "new": "quite another pass phrase"},
    "me/delete/": {"password": PASSWORD},
    "admin/account-deletion/policy/": {"threshold_hours": 48},
    "families/": {"name": "Hopper", "timezone": "UTC", "username": "grace", "password": PASSWORD},
    "family/": {"name": "King"},
    "parents/": {"username": "newcomer", "password": PASSWORD},
    "children/": {"name": "Ralph"},
    "tasks/": {"name": "Vacuum", "points": 5},
    "penalties/": {"name": "Lying", "points": 5},
    "rewards/": {"name": "Zoo", "cost": 5},
}


class Endpoint(NamedTuple):
    """One method of one route, such as `POST tasks/<int:pk>/activate/`."""

    method: str
    route: str
    view: Any

    def __str__(self) -> str:
        return f"{self.method} {self.route}"

    @property
    def is_list(self) -> bool:
        return self.action == "list"

    @property
    def action(self) -> str:
        """The name of the view's method."""
        return getattr(self.view, "actions", {}).get(self.method.lower(), self.method.lower())

    @property
    def is_public(self) -> bool:
        return not self.view.cls.authentication_classes

    @property
    def takes_body(self) -> bool:
        return self.method in ("POST", "PUT", "PATCH")

    @property
    def is_act_on_child(self) -> bool:
        """Whether its body names a child."""
        return re.fullmatch(r"(tasks|penalties|rewards)/<int:pk>/[a-z]+/", self.route) is not None

    def path(self, things: dict[str, Any]) -> str:
        """Its path, with the ids that `things` has by the name of what stands before them: `tasks`, `reward-requests`."""
        if self.route.endswith("refund/"):
            things = {**things, "reward-requests": things["redeemed"]}
        return ROOT + re.sub(r"([a-z-]+)/<[^>]+>", lambda match: f"{match[1]}/{things[match[1]]}", self.route)

    def body(self, things: dict[str, Any]) -> dict[str, Any] | None:
        """A body that it takes."""
        if self.is_act_on_child:
            return {"child": things["children"]}
        return BODIES.get(self.route.replace("<int:pk>/", "")) if self.takes_body else None

    def ask(self, client: Any, things: dict[str, Any], *, method: str | None = None) -> Any:
        """Return what it answers to a proper request; what that did is undone."""
        method = method or self.method
        body = None if method in ("GET", "HEAD") else self.body(things)
        return undone(getattr(client, method.lower()), self.path(things), body)


def undone(call: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Return what the call does, and undo in the database what it did."""
    with transaction.atomic():
        answer = call(*args, **kwargs)
        transaction.set_rollback(True)
    return answer


def _walk(patterns: Iterable[Any], prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield f"/{route}", pattern
        else:
            yield from _walk(pattern.url_patterns, route)


def _methods(view: Any) -> set[str]:
    actions = getattr(view, "actions", None)
    served = actions if actions is not None else [name.lower() for name in METHODS if hasattr(view.cls, name.lower())]
    return {name.upper() for name in served} & set(METHODS)


@cache
def routes() -> dict[str, Any]:
    """Each route below `/api/v1/`, and its view."""
    found = _walk(get_resolver().url_patterns)
    return {route.removeprefix(ROOT): pattern.callback for route, pattern in found if route.startswith(ROOT)}


@cache
def endpoints() -> tuple[Endpoint, ...]:
    return tuple(
        Endpoint(method, route, view)
        for route, view in routes().items()
        for method in METHODS
        if method in _methods(view)
    )
