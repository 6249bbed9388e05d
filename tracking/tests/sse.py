"""A client of the stream, which keeps what it was sent over all its connections, and knows how each of them ended."""

import json
import socket
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from itertools import cycle, pairwise
from threading import Condition, Event, Thread
from typing import Any
from urllib.parse import urlsplit

from tracking.tests.installation import PATIENCE

CREATED = "tracking_event_created"
PATH = "/api/v1/tracking/stream/"
PROMPT = (
    10  # seconds for what the bell brings: with CHORE_STREAM_KEEP_ALIVE=20, a stream that nothing wakes looks after 20
)
PAUSE = 0.06  # seconds between a restless client's visits

# How a connection ends
CLEANLY = "cleanly"  # with the chunk that says so
CUT_OFF = "cut off"
LEFT = "left"  # by the client; or its status, if that was not 200


@dataclass
class Message:
    type: str = "message"
    id: str = ""
    lines: list[str] = field(default_factory=list)

    @property
    def data(self) -> str:
        return "\n".join(self.lines)


class StreamClient:
    """It is told of its last id, as a browser does, whenever it connects again."""

    def __init__(self, address: str, headers: Mapping[str, str], *, query: str = "") -> None:
        self.netloc, self.headers, self.path = urlsplit(address).netloc, headers, PATH + query
        self.last_id = ""
        self.messages: list[Message] = []
        self.status: int | None = None  # of the last connection, once it is known
        self.end: str | None = None  # likewise
        self.ends: list[str] = []  # of all
        self._changed = Condition()
        self._socket: socket.socket | None = None
        self._thread: Thread | None = None

    @property
    def told(self) -> list[Any]:
        """The events, in the order in which they came."""
        return [json.loads(message.data) for message in self.created]

    @property
    def ids(self) -> list[int]:
        return [event["id"] for event in self.told]

    @property
    def created(self) -> list[Message]:
        return [message for message in self.messages if message.type == CREATED]

    @property
    def opened(self) -> int:
        """How often it was told that it is listened to."""
        return sum(message.type == "stream-open" for message in self.messages)

    def connect(self) -> None:
        """Connect, and go on at once; `wait` tells what comes. Raises OSError where nobody listens."""
        assert self._thread is None, "it is connected"
        self.status = self.end = None
        connection = HTTPConnection(self.netloc, timeout=PATIENCE)
        headers = {**self.headers} | ({"Last-Event-ID": self.last_id} if self.last_id else {})
        connection.request("GET", self.path, headers=headers)
        self._socket = connection.sock
        self._thread = Thread(target=self._listen, args=[connection], daemon=True)
        self._thread.start()

    def open(self) -> None:
        """Connect, and wait until it is listened to: what happens from now on must come."""
        before = self.opened
        self.connect()
        self.wait(lambda: self.opened > before or self.end, "stream-open")
        assert (self.status, self.end) == (200, None), (self.status, self.end, self.messages)

    def leave(self) -> None:
        """Go away in the middle of whatever there is."""
        if self._thread is None or self._socket is None:
            return
        with self._changed:
            self.end = self.end or LEFT
        with suppress(OSError):  # it has ended
            self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join(PATIENCE)
        self._thread = None

    def wait(self, condition: Callable[[], Any], what: str, patience: float = PATIENCE) -> None:
        with self._changed:
            came = self._changed.wait_for(condition, patience)
        assert came, f"{what} did not come: {self.status} {self.end} {[(one.type, one.id) for one in self.messages]}"

    def wait_for(self, count: int, patience: float = PROMPT) -> list[Any]:
        """Return the events, as soon as there are so many."""
        self.wait(lambda: len(self.created) >= count, f"event {count}", patience)
        return self.told

    def wait_for_end(self, patience: float = PROMPT) -> str | None:
        """Return how it ended."""
        self.wait(lambda: self.end, "the end", patience)
        return self.end

    def _listen(self, connection: HTTPConnection) -> None:
        end = CUT_OFF
        try:
            response = connection.getresponse()
            self.status = response.status
            self._read(lambda: response.read1(65536))
            end = CLEANLY if response.status == 200 and response.chunked else str(response.status)
        except (HTTPException, OSError):
            pass
        finally:
            connection.close()
            with self._changed:
                self.end = self.end or end
                self.ends.append(self.end)
                self._changed.notify_all()

    def _read(self, read: Callable[[], bytes]) -> None:
        message, rest = Message(), b""
        while chunk := read():
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                message = self._take(message, line.decode())

    def _take(self, message: Message, line: str) -> Message:
        """Add a line to a message, and return the one that the next line belongs to."""
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            message.lines.append(value)
        elif name in {"id", "event"}:
            setattr(message, {"event": "type"}.get(name, name), value)
        if line:
            return message
        self._keep(message)
        return Message()

    def _keep(self, message: Message) -> None:
        with self._changed:
            self.last_id = message.id or self.last_id
            self.messages.append(message)
            self._changed.notify_all()


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@contextmanager
def streaming(address: str, token: str) -> Iterator[StreamClient]:
    """Run a client that is listened to."""
    with opened([(address, token)]) as (client,):
        yield client


@contextmanager
def opened(whos: Iterable[tuple[str, str]]) -> Iterator[list[StreamClient]]:
    """Likewise several, each by the address and the token."""
    clients = [StreamClient(address, bearer(token)) for address, token in whos]
    try:
        for client in clients:
            client.open()
        yield clients
    finally:
        for client in clients:
            client.leave()


@contextmanager
def restless(clients: Sequence[StreamClient]) -> Iterator[None]:
    """Have clients leave and come back with their last id during the block, all the time. After it they stay.

    Every other time they are impatient, and leave whether or not they were answered.
    """
    end = Event()

    def come_and_go(client: StreamClient) -> None:
        for is_patient in cycle((True, False)):
            if end.wait(PAUSE):
                return
            client.leave()
            client.open() if is_patient else client.connect()

    with ThreadPoolExecutor(len(clients)) as pool:
        coming = [pool.submit(come_and_go, client) for client in clients]
        try:
            yield
        finally:
            end.set()
        for one in coming:
            one.result()


NOTHING = dict.fromkeys(["missed", "repeated", "foreign", "out of order", "different", "broken off"], 0)


def amiss(client: StreamClient, trail: Sequence[Any]) -> dict[str, int]:
    """Count what differs from the events of its channel, and connections that did not end because it left."""
    told, there = Counter(client.ids), {event["id"]: event for event in trail}
    return {
        "missed": len(there.keys() - told.keys()),
        "repeated": told.total() - len(told),
        "foreign": len(told.keys() - there.keys()),
        "out of order": sum(after < before for before, after in pairwise(client.ids)),
        "different": sum(event != there.get(event["id"]) for event in client.told),
        "broken off": sum(end != LEFT for end in client.ends),
    }
