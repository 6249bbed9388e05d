import asyncio
import json
from collections.abc import AsyncIterator
from functools import partial

from django.core.handlers.asgi import ASGIRequest
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from django_eventstream.utils import add_default_headers, get_channelmanager, get_storage
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from children.api.authentication import identify_again
from children.api.base import ChoreView
from children.api.errors import error_response
from children.api.negotiation import OneForm
from children.api.parameters import integer_parameter
from children.api.permissions import SeesTrail
from children.api.refusals import Refusal
from children.api.schema.errors import ErrorResponseSerializer
from children.models import Family
from tracking.api.serializers import TrackingEventSerializer
from tracking.stream.channels import TrailChannels
from tracking.stream.generator import Subscription, stream
from tracking.stream.storage import TrailStorage
from tracking.threads import let_go_of_the_thread

HEADER = "Last-Event-ID"
CONTENT_TYPE = "text/event-stream"
NO_FAMILY = Refusal("required", _("Which family?"), "family_id")
NO_ASGI = Refusal("cannot_stream", _("This server cannot stream: it needs ASGI."))
SAMPLE = f"""\
event: stream-open
id: 6
data:

event: tracking_event_created
id: 7
data: {json.dumps(TrackingEventSerializer.example)}

event: keep-alive
data:

"""


class StreamView(ChoreView):
    """Each new event as a server-sent event: a parent's family's, a child's own, an admin's of the family it names.

    Whatever is wrong with a request is answered before the stream starts. It ends when the credentials do, and with the server.
    """

    refusals = {"400": (NO_FAMILY,), "503": (NO_ASGI,)}
    permission_classes = (SeesTrail,)
    renderer_classes = (JSONRenderer,)  # of its errors
    content_negotiation_class = OneForm

    def known_parameters(self) -> set[str]:
        return {"last_event_id"} | ({"family_id"} if self.user.is_admin else set())

    @extend_schema(
        operation_id="tracking_stream",
        summary="Follow the trail live",
        parameters=[
            OpenApiParameter(
                "last_event_id",
                OpenApiTypes.INT64,
                description="Begin after this event. For clients that cannot send the header, which wins over it.",
            ),
            OpenApiParameter(HEADER, OpenApiTypes.INT64, OpenApiParameter.HEADER, description="Likewise."),
            OpenApiParameter(
                "family_id", OpenApiTypes.INT64, description="For admins only, and needed by who is in none."
            ),
        ],
        responses={
            (200, CONTENT_TYPE): OpenApiResponse(
                OpenApiTypes.STR,
                "The stream. `stream-open`, and `stream-reset` where the id is none of this trail, tell by their `id` where it begins.",
                examples=[OpenApiExample("Opening, and one event", SAMPLE)],
            ),
            404: ErrorResponseSerializer,
        },
    )
    def get(self, request: Request) -> HttpResponseBase:
        channel, asked = self._channel(request), self._last_event_id(request)
        if not isinstance(request._request, ASGIRequest):  # a stream would keep one of the workers for itself
            return error_response(503, NO_ASGI.code, str(NO_ASGI.detail))
        storage: TrailStorage = get_storage()
        is_reset = asked is not None and not storage.knows(channel, asked)
        last_id = storage.get_current_id(channel) if asked is None or is_reset else asked
        return _event_stream(
            request._request, Subscription(channel, last_id, is_reset, partial(identify_again, request))
        )

    def _channel(self, request: Request) -> str:
        """Raises ValidationError for an admin who names no family and is in none, Http404 for a family that there is not."""
        family_id = integer_parameter(request.query_params, "family_id", minimum=1, default=None)
        if family_id is None and self.user.family_id is None:
            raise ValidationError({"family_id": [NO_FAMILY.as_detail]})
        if family_id is not None and not Family.objects.filter(pk=family_id).exists():
            raise Http404
        channels: TrailChannels = get_channelmanager()
        (channel,) = channels.get_channels_for_request(request, {"family_id": family_id})
        return channel

    def _last_event_id(self, request: Request) -> int | None:
        """Return where the client was, None if it begins. A browser that reconnects keeps its URL, so that its header is newer."""
        in_query = integer_parameter(request.query_params, "last_event_id", minimum=0, default=None)
        text = request.headers.get(HEADER, "").strip()
        return integer_parameter({HEADER: text}, HEADER, minimum=0, default=None) if text else in_query


class EventStream(StreamingHttpResponse):
    """Holds nothing that it does not need: not the thread in which the view ran, nor, once it is closed, its place among the listeners."""

    def __init__(self, subscription: Subscription) -> None:
        self._messages = stream(subscription)
        self._loop: asyncio.AbstractEventLoop | None = None
        super().__init__(self._pass_on(), content_type=CONTENT_TYPE)

    def close(self) -> None:
        """Django leaves the generator of a client that is gone to the garbage collector, which may come late."""
        super().close()
        if self._loop is not None and not self._loop.is_closed():
            asyncio.run_coroutine_threadsafe(self._messages.aclose(), self._loop)

    async def _pass_on(self) -> AsyncIterator[str]:
        self._loop = asyncio.get_running_loop()
        let_go_of_the_thread()
        async for message in self._messages:
            yield message


def _event_stream(request: ASGIRequest, subscription: Subscription) -> HttpResponseBase:
    # The answer to a HEAD has no body: nobody would ever read its stream, or end it.
    response = HttpResponse(content_type=CONTENT_TYPE) if request.method == "HEAD" else EventStream(subscription)
    add_default_headers(response, request=request)
    response["Content-Encoding"] = "identity"  # or else a proxy or middleware that compresses holds it back
    return response
