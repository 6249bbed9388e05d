from collections.abc import AsyncIterator, Iterator

from django.core.handlers.asgi import ASGIRequest
from django.db import close_old_connections, connection
from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone

from tracking.exports.chunks import Chunks, Extent
from tracking.exports.formats import Format
from tracking.exports.reader import Reader
from tracking.models.event_queryset import TrackingEventQuerySet
from tracking.threads import Readers, let_go_of_the_thread

TOTAL = "X-Total-Count"
THREADS = 2

read = Readers("export", THREADS).read  # not the streams': a message does not wait for files


class CutShort(Exception):
    """Raised where a file must not look whole: it breaks the connection."""


def export(
    request: HttpRequest, events: TrackingEventQuerySet, file_format: Format, reader: Reader
) -> StreamingHttpResponse:
    """Answer with the events as a file, which is read while it is sent. If that fails midway the connection breaks: no file looks whole that is not."""
    extent = Extent.of(events)
    parts = iter(()) if request.method == "HEAD" else _parts(events, extent, file_format, reader)
    # Django would collect what is not asynchronous as a whole under ASGI.
    content = _read_in_threads(parts) if isinstance(request, ASGIRequest) else parts
    response = StreamingHttpResponse(content, content_type=file_format.content_type)
    name = f"chore-events-{timezone.localdate()}.{file_format.extension}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response[TOTAL] = extent.count
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    return response


def _parts(events: TrackingEventQuerySet, extent: Extent, file_format: Format, reader: Reader) -> Iterator[bytes]:
    """While a slow client takes one, neither rows nor a connection to the database are held. Raises CutShort."""
    yield file_format.head
    count = 0
    for rows in Chunks(events, extent):
        if not reader.may_go_on():  # after the rows were read: nothing is sent that was recorded later
            raise CutShort("the credentials are good no more")
        count += len(rows)
        part = file_format.body(rows, reader.user)
        del rows
        _let_go()
        yield part
        del part  # nor is it kept while the next is read
    if count < extent.count:
        raise CutShort(f"{extent.count - count} events went meanwhile")


async def _read_in_threads(parts: Iterator[bytes]) -> AsyncIterator[bytes]:
    let_go_of_the_thread()
    while (part := await read(next, parts, None)) is not None:
        yield part
        del part  # it may have to queue for the next


def _let_go() -> None:
    """Give the connection back, unless there is a transaction around all of it, as there is around a test."""
    if not connection.in_atomic_block:
        close_old_connections()
