"""By what a query of events is narrowed, where that is what the sums of days can tell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from django.db.models import QuerySet
from django.db.models.expressions import Col
from django.db.models.lookups import Lookup
from django.db.models.sql import Query
from django.db.models.sql.where import AND, WhereNode

Q = TypeVar("Q", bound="QuerySet[Any]")


KNOWN = {
    ("occurred_at", "gte"): "start",
    ("occurred_at", "lt"): "end",
    ("entity_type", "exact"): "entity_type",
    ("action", "exact"): "action",
    ("id", "upto"): "newest",
}


@dataclass(frozen=True)
class Conditions:
    """From `start` on and before `end`, of one type, with one action, with an id up to `newest`; each None for any."""

    start: datetime | None = None
    end: datetime | None = None
    entity_type: str | None = None
    action: str | None = None
    newest: int | None = None

    @property
    def kind(self) -> dict[str, str]:
        kind = {"entity_type": self.entity_type, "action": self.action}
        return {name: value for name, value in kind.items() if value is not None}

    def put_on(self, events: Q) -> Q:
        """Return `events` narrowed by these instead of what narrowed them before."""
        narrowed = events.all()
        narrowed.query.where = WhereNode()
        given = {"__".join(path): getattr(self, name) for path, name in KNOWN.items()}
        return narrowed.filter(**{path: value for path, value in given.items() if value is not None})


def conditions_of(query: Query) -> Conditions | None:
    """Return by what the query is narrowed, moments in UTC; None if it asks for anything else than the rows that fit such conditions."""
    found: dict[str, Any] = {}
    for name, value in _lookups(query) if _asks_for_rows(query) else [(None, None)]:
        if name is None or name in found:
            return None
        found[name] = value
    return Conditions(**found)


def _asks_for_rows(query: Query) -> bool:
    bent = query.annotations or query.extra or query.combinator or query.distinct or query.is_sliced or query.group_by
    tables = [table for table, references in query.alias_refcount.items() if references]
    return not bent and not query.extra_tables and len(tables) <= 1


def _lookups(query: Query) -> Iterator[tuple[str | None, Any]]:
    if query.where.negated or query.where.connector != AND:
        yield None, None
    for lookup in query.where.children:
        yield _read(lookup)


def _read(lookup: Any) -> tuple[str | None, Any]:
    """Return which condition it is, and its value; None for one that is none of those, and for one whose value is not known."""
    if not isinstance(lookup, Lookup) or not isinstance(lookup.lhs, Col) or hasattr(lookup.rhs, "resolve_expression"):
        return None, None
    name = KNOWN.get((lookup.lhs.target.name, lookup.lookup_name or ""))
    if not isinstance(lookup.rhs, datetime):
        return name, lookup.rhs
    try:
        return (name, lookup.rhs.astimezone(UTC)) if lookup.rhs.tzinfo else (None, None)
    except OverflowError:  # before the year 1 in UTC, or after 9999
        return None, None
