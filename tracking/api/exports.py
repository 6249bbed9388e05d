import json
from functools import partial
from typing import Any, ClassVar, cast

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
)
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from children.api.authentication import identify_again
from children.api.negotiation import OneForm
from tracking.api.serializers import TrackingEventSerializer
from tracking.api.views import TrackingEventViewSet
from tracking.exports.formats import CSV, JSON_LINES, Format
from tracking.exports.reader import Reader
from tracking.exports.response import TOTAL, export
from tracking.models.event_queryset import TrackingEventQuerySet

AS_CSV = (
    '7,2,"parent",1,1,7,"penalty",1,"cancelled",0,5,5,"2026-11-23T06:30:04.231445Z","2026-11-23T06:30:04.232097Z",'
    '"{""entity_name"":""Shouting"",""points"":5,""activation_id"":2,""cancels"":6,""reason"":""undone""}",'
    '"Shouting","Ada","annabella"\r\n'
)
HEADERS = [
    OpenApiParameter(
        "Content-Disposition",
        location=OpenApiParameter.HEADER,
        response=[200],
        required=True,
        description="`attachment`, with a name for the file.",
    ),
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


def described(file_format: Format, summary: str, description: str, sample: str) -> Any:
    """The schema's words about an export."""
    media_type, _, _ = file_format.content_type.partition(";")
    samples = [OpenApiExample("One event", sample)]
    whole = "The file. It is whole if the answer ended; where it cannot be, the connection breaks."
    responses = {(200, media_type): OpenApiResponse(OpenApiTypes.STR, whole, examples=samples)}
    name = f"tracking_events_{file_format.extension}_list"
    return extend_schema(
        operation_id=name,
        summary=summary,
        description=description,
        parameters=HEADERS,
        filters=True,
        responses=responses,
    )


@extend_schema_view(
    list=described(
        CSV,
        "Export events as CSV",
        "The trail as a table, newest first: the fields of each event, and the names of what, which child and who.",
        CSV.head.decode() + AS_CSV,
    )
)
class CsvViewSet(ExportViewSet):
    file_format = CSV


@extend_schema_view(
    list=described(
        JSON_LINES,
        "Export events as lines of JSON",
        "The trail as lines of JSON, newest first: an event in its plain form each.",
        json.dumps(TrackingEventSerializer.example) + "\n",
    )
)
class JsonLinesViewSet(ExportViewSet):
    file_format = JSON_LINES
