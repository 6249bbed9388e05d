from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from children import clock
from tracking.models import TrackingEvent
from tracking.summary.interval import Interval


class QuickRanges(admin.ListFilter):
    """Links that fill in the days of the form."""

    title = _("time")
    template = "admin/filter.html"

    def __init__(self, request: HttpRequest, params: dict[str, Any], model: Any, model_admin: Any) -> None:
        super().__init__(request, params, model, model_admin)
        self.chosen = {name: request.GET.get(name) or None for name in ("from", "to")}

    def has_output(self) -> bool:
        return True

    def expected_parameters(self) -> list[str | None]:
        return []

    def queryset(self, request: HttpRequest, queryset: QuerySet[TrackingEvent]) -> QuerySet[TrackingEvent]:
        return queryset

    def choices(self, changelist: Any) -> Iterator[Any]:
        for name, days in self._ranges():
            link = changelist.get_query_string({name: value for name, value in days.items() if value}, ["from", "to"])
            yield {"selected": self.chosen == days, "query_string": link, "display": name}

    def _ranges(self) -> Iterator[tuple[str, dict[str, str | None]]]:
        today = timezone.localdate(clock.now())
        yield gettext("Any time"), {"from": None, "to": None}
        yield gettext("Today"), _days(today, Interval.DAY)
        yield gettext("This week"), _days(today - timedelta(days=today.weekday()), Interval.WEEK)
        yield gettext("This month"), _days(today.replace(day=1), Interval.MONTH)


def _days(first: date, interval: Interval) -> dict[str, str | None]:
    return {"from": first.isoformat(), "to": (interval.next(first) - timedelta(days=1)).isoformat()}
