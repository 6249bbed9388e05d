"""A page of the trail as bytes, by the view's own queryset, serializer and renderer: without count, filters and credentials."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import HttpRequest
from rest_framework.generics import GenericAPIView
from rest_framework.pagination import BasePagination
from rest_framework.request import Request

from children.models import User
from tracking.api.pagination import PlainRows
from tracking.api.views import TrackingEventViewSet
from tracking.benchmarks.lists_plain import PlainEvents
from tracking.benchmarks.rounds import interleave, timed

EVENTS = 50
ROUNDS, TIMES = 40, 5

View = GenericAPIView[Any]


class Newest(BasePagination):
    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        return list(queryset[:EVENTS])


class NewestPlain(Newest):
    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        return list(PlainRows(queryset)[:EVENTS])


def measure() -> None:
    """Print the milliseconds of each way and round as JSON. The bytes have to be the same."""
    views = {"ours": _view(TrackingEventViewSet, NewestPlain), "plain": _view(PlainEvents, Newest)}
    ways: dict[str, Callable[[], bytes]] = {
        f"{name}, read": partial(_read_and_render, view) for name, view in views.items()
    }
    ways |= {name: partial(_render, view, _page(view)) for name, view in views.items()}
    assert len({way() for way in ways.values()}) == 1
    print(json.dumps(interleave({name: timed(way, times=TIMES) for name, way in ways.items()}, rounds=ROUNDS)))


def _view(kind: type[View], pagination: type[BasePagination]) -> View:
    view = kind()
    view.setup(HttpRequest())
    view.pagination_class = pagination
    view.action, view.format_kwarg = "list", None  # type: ignore[attr-defined]
    view.request = Request(HttpRequest())
    view.request.user = User.objects.get(username="admin")
    return view


def _page(view: View) -> Any:
    return view.paginate_queryset(view.get_queryset())


def _read_and_render(view: View) -> Any:
    return _render(view, _page(view))


def _render(view: View, page: Any) -> Any:
    rows = view.get_serializer(page, many=True).data
    return view.renderer_classes[0]().render({"results": rows}, "application/json")
