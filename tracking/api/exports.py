from functools import partial
from typing import Any, ClassVar, cast

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from children.api.authentication import identify_again
from children.api.negotiation import OneForm
from tracking.api.views import TrackingEventViewSet
from tracking.exports.formats import CSV, JSON_LINES, Format
from tracking.exports.reader import Reader
from tracking.exports.response import TOTAL, export
from tracking.models.event_queryset import TrackingEventQuerySet

HEADERS = [
    OpenApiParameter(
        TOTAL,
        OpenApiTypes.INT64,
        OpenApiParameter.HEADER,
        response=[200],
        description="How many events there were when it began, for a client to show how far it is.",
    ),
]


class ExportViewSet(TrackingEventViewSet):
    """What the trail's list shows, all of it in one file. Whatever is wrong with a request is answered before it begins."""

    pagination_class = None  # type: ignore[assignment]
    renderer_classes = (JSONRenderer,)  # of its errors
    content_negotiation_class = OneForm
    file_format: ClassVar[Format]

    def list(self, request: Request, *args: Any, **kwargs: Any) -> StreamingHttpResponse:  # type: ignore[override]
        events = cast(TrackingEventQuerySet, self.filter_queryset(self.get_queryset()))
        reader = Reader(self.user, partial(identify_again, request))
        return export(request._request, events, self.file_format, reader)


def described(file_format: Format, description: str) -> Any:
    """The schema's words about an export."""
    media_type, _, _ = file_format.content_type.partition(";")
    responses = {(200, media_type): OpenApiTypes.STR}
    name = f"tracking_events_{file_format.extension}_list"
    return extend_schema(
        operation_id=name, description=description, parameters=HEADERS, filters=True, responses=responses
    )


@extend_schema_view(
    list=described(
        CSV,
        "The trail as a table, newest first: the fields of each event, and the names of what, which child and who.",
    )
)
class CsvViewSet(ExportViewSet):
    file_format = CSV


@extend_schema_view(
    list=described(JSON_LINES, "The trail as lines of JSON, newest first: an event in its plain form each.")
)
class JsonLinesViewSet(ExportViewSet):
    file_format = JSON_LINES
