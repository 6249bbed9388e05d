"""What an export can be: lines of JSON for programs, a table for people."""

import csv
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Any

from children.models import User
from tracking.audit_log import text_of
from tracking.exports.cells import harmless
from tracking.exports.chunks import Row
from tracking.exports.names import Names, names_in
from tracking.models.plain_form import FIELDS, to_plain

FOR_PEOPLE = ("entity_name", "child_name", "username")


@dataclass(frozen=True)
class Format:
    extension: str
    content_type: str
    head: bytes  # what a file begins with, also one without events
    body: Callable[[Sequence[Row], User], bytes]  # of events, for who reads them


def _json_lines(rows: Sequence[Row], reader: User) -> bytes:
    """As the audit log has them."""
    return b"".join(text_of(to_plain(row)) for row in rows)


def _table(rows: Sequence[Row], reader: User) -> bytes:
    names = names_in(rows, reader)
    return _lines(_cells(row, names) for row in rows)


def _cells(row: Row, names: Names) -> list[Any]:
    plain = to_plain(row)
    metadata = plain.pop("metadata")
    details = metadata if isinstance(metadata, dict) else {}  # somebody's own SQL can have made it another
    texts = (
        str(details.get("entity_name", "")),
        names.children.get(row["child_id"], ""),
        names.usernames.get(row["user_id"], ""),
    )
    return [*plain.values(), _compact(metadata), *map(harmless, texts)]


def _compact(metadata: Any) -> str:
    """JSON, without a semicolon, at which some spreadsheets would begin another cell."""
    if metadata is None:
        return ""
    return json.dumps(metadata, separators=(",", ":")).replace(";", r"\u003b")


def _lines(cells: Iterable[Iterable[Any]]) -> bytes:
    """RFC 4180; numbers stand bare, texts in quotes."""
    text = StringIO()
    csv.writer(text, quoting=csv.QUOTE_NONNUMERIC).writerows(cells)
    return text.getvalue().encode("utf-8", "replace")


CSV = Format("csv", "text/csv; charset=utf-8", _lines([[*FIELDS, *FOR_PEOPLE]]), _table)
JSON_LINES = Format("jsonl", "application/x-ndjson", b"", _json_lines)
