from dataclasses import dataclass
from typing import Any

from django.db.models import Max
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

from children.api.pagination import StrictLimitOffsetPagination
from children.api.parameters import integer_parameter
from tracking.models import TrackingEvent
from tracking.models.event_queryset import TrackingEventQuerySet


@dataclass(frozen=True)
class PlainRows:
    """What of a queryset a paginator asks for, with rows in their plain form: instances would take as long as reading them."""

    events: TrackingEventQuerySet

    def count(self) -> int:
        return self.events.count()

    def __getitem__(self, page: slice) -> list[dict[str, Any]]:
        return self.events[page].skipping_in_index().plain()


class TrailPagination(StrictLimitOffsetPagination):
    """Pages that stand still: each link carries `as_of`, the newest id when the first page was read.

    Within a family events are committed in the order of their ids, so that what comes later does not shift its pages.
    """

    parameters = (*StrictLimitOffsetPagination.parameters, "as_of")

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any] | None:
        newest = 0 if "as_of" in request.query_params else self._newest(request)
        self.as_of = integer_parameter(request.query_params, "as_of", minimum=0, default=newest)
        rows: Any = PlainRows(queryset.up_to(self.as_of).split_once())
        return super().paginate_queryset(rows, request, view)

    def _newest(self, request: Request) -> int:
        """Of those of the one family: an id of another's may be there before one of ours that is not committed yet."""
        events = TrackingEvent.objects.visible_to(request.user)
        if "family_id" in request.query_params:  # an admin's; the filter has judged it
            events = events.filter(family_id=request.query_params["family_id"])
        return events.aggregate(newest=Max("id"))["newest"] or 0

    def get_next_link(self) -> str | None:
        return self._as_of(super().get_next_link())

    def get_previous_link(self) -> str | None:
        return self._as_of(super().get_previous_link())

    def _as_of(self, url: str | None) -> str | None:
        return url and replace_query_param(url, "as_of", str(self.as_of))

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        as_of = {
            "name": "as_of",
            "required": False,
            "in": "query",
            "description": "The newest id to count and list: carried by `next` and `previous`, so that pages do not shift.",
            "schema": {"type": "integer", "format": "int64", "minimum": 0},
        }
        return [*super().get_schema_operation_parameters(view), as_of]
