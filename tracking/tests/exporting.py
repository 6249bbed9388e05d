"""Files as they are downloaded, and read by spreadsheets."""

import csv
import unicodedata
from io import StringIO
from typing import Any

CSV = "/api/v1/tracking/events.csv"
JSON_LINES = "/api/v1/tracking/events.jsonl"
FILES = (CSV, JSON_LINES)

FORMULA = "=+-@\uff1d\uff0b\uff0d\uff20"  # what one begins with


def content_of(answer: Any) -> str:
    assert answer.status_code == 200, answer.content
    return bytes(answer.getvalue()).decode()


def rows_of(answer: Any) -> list[dict[str, str]]:
    """The rows of a table, each value by the name of its column."""
    return list(csv.DictReader(StringIO(content_of(answer), newline="")))


def ids_of(answer: Any) -> list[int]:
    return [int(row["id"]) for row in rows_of(answer)]


def cells_of(content: str, delimiter: str) -> list[str]:
    """The cells that a spreadsheet makes of it, which may split it otherwise than it is meant."""
    return [cell for row in csv.reader(StringIO(content, newline=""), delimiter=delimiter) for cell in row]


def is_formula(cell: str) -> bool:
    """Also behind what is not seen: a spreadsheet may drop that."""
    return next((each for each in cell if not is_unseen(each)), "") in tuple(FORMULA)


def is_unseen(character: str) -> bool:
    """Whether it is a blank, a control or a mark."""
    return unicodedata.category(character) in ("Cc", "Cf", "Zs", "Zl", "Zp")
