from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from children import clock
from children.admin.filters import refuse
from children.models import Child, Family
from tracking.admin.filters.fields import DayField, NameOrNumber
from tracking.models import TrackingEvent
from tracking.summary.interval import midnight

Events = QuerySet[TrackingEvent]
END_OF_TIME = datetime.max.replace(tzinfo=UTC)


class TypedForm(forms.Form):
    """Days are those of the site's time zone, in which the page shows its times."""

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        zone = {"zone": timezone.get_current_timezone_name()}
        self.fields = {
            "from": DayField(gettext("From (%(zone)s)") % zone),
            "to": DayField(gettext("To, that day included")),
            "child": NameOrNumber(Child.objects.all(), gettext("Child, by name or number")),
            "family": NameOrNumber(Family.objects.all(), gettext("Family, by name or number")),
        }

    def clean(self) -> None:
        start, end = self.cleaned_data.get("from"), self.cleaned_data.get("to")
        if start and end and start > end:
            self.add_error("to", gettext("The range ends before it starts."))


class TypedFilter(admin.ListFilter):
    """What is typed in: a small GET form, which keeps what the other filters say."""

    title = _("day, child, family")
    template = "admin/tracking/form_filter.html"

    def __init__(self, request: HttpRequest, params: dict[str, Any], model: Any, model_admin: Any) -> None:
        super().__init__(request, params, model, model_admin)
        self.form = TypedForm(request.GET)
        for name in self.form.fields:
            params.pop(name, None)

    @property
    def given(self) -> dict[str, Any]:
        """The days, and the ids of the children and families that were meant, each None for any."""
        return self.form.cleaned_data

    @property
    def is_open(self) -> bool:
        """Whether what occurs now is within the days."""
        today = timezone.localdate(clock.now())
        start, end = self.given["from"], self.given["to"]
        return (start is None or start <= today) and (end is None or end >= today)

    def only(self, name: str) -> int | None:
        """The one `child` or `family` that was meant, if it is one."""
        ids = self.given[name]
        return ids[0] if ids and len(ids) == 1 else None

    def has_output(self) -> bool:
        return True

    def expected_parameters(self) -> list[str | None]:
        return list(self.form.fields)

    def choices(self, changelist: Any) -> Iterator[dict[str, Any]]:
        """The other parameters, for the form to carry along."""
        for name, values in changelist.filter_params.items():
            if name not in self.form.fields:
                yield from ({"name": name, "value": value} for value in values)

    def queryset(self, request: HttpRequest, queryset: Events) -> Events:
        if not self.form.is_valid():
            texts = [
                f"{self.form[name].label}: {' '.join(map(str, errors))}" for name, errors in self.form.errors.items()
            ]
            return refuse(request, queryset, " ".join(texts))
        return self._of("child", self._of("family", self.in_days(queryset)))

    @property
    def start(self) -> datetime | None:
        """The moment at which the first day begins."""
        first: date | None = self.given["from"]
        return None if first is None else midnight(first, timezone.get_current_timezone())

    @property
    def end(self) -> datetime | None:
        """The moment at which the last day is over."""
        last: date | None = self.given["to"]
        return None if last is None else midnight(last + timedelta(days=1), timezone.get_current_timezone())

    def in_days(self, rows: Events) -> Events:
        if self.start:
            rows = rows.filter(occurred_at__gte=self.start)
        return rows.filter(occurred_at__lt=self.end) if self.end else rows

    def _of(self, name: str, rows: Events) -> Events:
        one, ids = self.only(name), self.given[name]
        if ids is None:
            return rows
        if one is not None:
            return rows.filter(**{f"{name}_id": one})
        # All occurred before the end of time: told so, SQLite takes the index that is in order, and need not sort them all.
        return rows.filter(**{f"{name}_id__in": ids, "occurred_at__lte": END_OF_TIME})
