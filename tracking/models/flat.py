from __future__ import annotations

from dataclasses import replace
from typing import Any, Self, TypeVar

from django.db.models import Model, QuerySet
from django.db.models.sql import Query

from tracking.models.conditions import conditions_of
from tracking.models.split import Split, split

E = TypeVar("E", bound=Model)

NEWEST_FIRST = ("-occurred_at", "-created_at", "-id")


class FlatQuerySet(QuerySet[E]):
    """Counts, and goes to any offset, at a cost that does not grow with the events, where the sums of days tell about them.

    Where they do not, and in all else, it is Django's own: who pages through it need not know.
    """

    _is_split = False
    _parts: Split | None = None

    def split(self) -> Split | None:
        """Return these events as sums of whole days and a rest; None where no sum tells about them."""
        if self._is_split:
            return self._parts
        conditions = conditions_of(self.query)
        return None if conditions is None else split(self, conditions)

    def split_once(self) -> Self:
        """Return the same events, to be counted, sliced and added up as they are split now; what narrows them splits anew."""
        events = self._chain()  # type: ignore[attr-defined]
        events._is_split, events._parts = True, self.split()
        return events

    def count(self) -> int:
        parts = None if self._result_cache is not None else self.split()
        return super().count() if parts is None else parts.count()

    def __getitem__(self, k: Any) -> Any:
        return self._far_slice(k) if self._result_cache is None and _is_far(k) else super().__getitem__(k)

    def _far_slice(self, k: slice) -> Any:
        start, skipped = self._jump(k.start)
        stop = None if k.stop is None else k.stop - skipped
        return QuerySet.__getitem__(start, slice(k.start - skipped, stop))

    def _jump(self, offset: int) -> tuple[Self, int]:
        """Return events that begin as close before that offset as the sums lead, and how many come before them."""
        conditions = conditions_of(self.query) if is_newest_first(self.query) else None
        parts = None if conditions is None else self.split()
        if conditions is None or parts is None:
            return self, 0
        place = parts.find(offset)
        if place is None:
            return self.none(), 0
        return replace(conditions, end=place.end).put_on(self), place.skipped


def is_newest_first(query: Query) -> bool:
    return query.order_by == NEWEST_FIRST and query.standard_ordering and not query.extra_order_by


def _is_far(k: Any) -> bool:
    return isinstance(k, slice) and bool(k.start) and k.step is None and (k.stop is None or k.stop > k.start)
