import json
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlsplit

PATIENCE = 60  # seconds for one answer

NO_ANSWER = (OSError, HTTPException)  # the server was not there, or went away before it had answered


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    is_replay: bool

    @property
    def told(self) -> Any:
        return json.loads(self.body)


def post(address: str, token: str, path: str, body: Any = None, *, key: str | None = None) -> Answer:
    """Ask the API once, on a connection of its own. Raises NO_ANSWER."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    if key is not None:
        headers["Idempotency-Key"] = key
    with closing(HTTPConnection(urlsplit(address).netloc, timeout=PATIENCE)) as connection:
        connection.request("POST", f"/api/v1/{path}", json.dumps(body) if body else None, headers)
        response = connection.getresponse()
        return Answer(response.status, response.read(), response.headers.get("Idempotent-Replayed") == "true")
