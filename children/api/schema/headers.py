"""The headers that clients are to send, and to read."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from children.api.idempotency import HEADER, KEY, REPLAYED

IDEMPOTENCY = [
    OpenApiParameter(
        HEADER,
        location=OpenApiParameter.HEADER,
        pattern=f"^{KEY.pattern}$",
        description=(
            "Of the client's choice, such as a UUID: 1 to 255 printable ASCII characters, each user's own. What is sent again"
            " under it within 24 hours, also at the same time, is done once, and answered as it was the first time. Another path"
            " or body under it is a 422. What was refused leaves no trace of its key, and is judged anew."
        ),
    ),
    OpenApiParameter(
        REPLAYED,
        location=OpenApiParameter.HEADER,
        response=[200, 201],
        enum=["true"],
        description="This was done before, under the same key.",
    ),
]
OF_ERRORS = [
    OpenApiParameter(
        "WWW-Authenticate",
        location=OpenApiParameter.HEADER,
        response=[401],
        required=True,
        enum=["Bearer"],
        description="How to come in.",
    ),
    OpenApiParameter(
        "Retry-After",
        OpenApiTypes.INT,
        OpenApiParameter.HEADER,
        response=[429, 503],
        description="Seconds to wait. Without it, it is no use to try again.",
    ),
]
