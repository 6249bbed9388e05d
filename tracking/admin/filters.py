from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from children.admin.filters import ChoiceFilter, refuse
from tracking.models import TrackingEvent
from tracking.models.event import Action, EntityType

Events = QuerySet[TrackingEvent]


class EntityTypeFilter(ChoiceFilter):
    title = _("type")
    parameter_name = "entity_type"
    options = EntityType.choices


class ActionFilter(ChoiceFilter):
    title = _("action")
    parameter_name = "action"
    options = Action.choices


class FormFilter(admin.ListFilter):
    """A filter to type into: a small GET form, which keeps what the other filters say."""

    template = "admin/tracking/form_filter.html"
    form_class: ClassVar[type[forms.Form]]

    def __init__(self, request: HttpRequest, params: dict[str, Any], model: Any, model_admin: Any) -> None:
        super().__init__(request, params, model, model_admin)
        self.form = self.form_class(request.GET)
        for name in self.form.fields:
            params.pop(name, None)

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
        return self.narrow(queryset, self.form.cleaned_data)

    def narrow(self, rows: Events, given: dict[str, Any]) -> Events:
        raise NotImplementedError


class DayField(forms.DateField):
    """A day as the browser's own date input sends it, and one that every time zone can be applied to."""

    def __init__(self, label: Any) -> None:
        super().__init__(
            label=label,
            required=False,
            input_formats=["%Y-%m-%d"],
            widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
            validators=[MinValueValidator(date(1900, 1, 1)), MaxValueValidator(date(9998, 12, 31))],
        )


class DaysForm(forms.Form):
    def __init__(self, data: Any) -> None:
        super().__init__(data)
        self.fields = {"from": DayField(_("From")), "to": DayField(_("To, that day included"))}

    def clean(self) -> None:
        start, end = self.cleaned_data.get("from"), self.cleaned_data.get("to")
        if start and end and start > end:
            self.add_error("to", gettext("The range ends before it starts."))


class DaysFilter(FormFilter):
    """Days of the site's time zone, in which the page shows its times."""

    form_class = DaysForm

    def __init__(self, *args: Any) -> None:
        self.title = gettext("day (%(zone)s)") % {"zone": timezone.get_current_timezone_name()}
        super().__init__(*args)

    def narrow(self, rows: Events, given: dict[str, Any]) -> Events:
        if given["from"]:
            rows = rows.filter(occurred_at__gte=midnight(given["from"]))
        if given["to"]:
            rows = rows.filter(occurred_at__lt=midnight(given["to"] + timedelta(days=1)))
        return rows


class ChildForm(forms.Form):
    child_id = forms.IntegerField(label=_("Number"), required=False, min_value=1, max_value=2**63 - 1)


class ChildFilter(FormFilter):
    title = _("child")
    form_class = ChildForm

    def narrow(self, rows: Events, given: dict[str, Any]) -> Events:
        return rows if given["child_id"] is None else rows.filter(child_id=given["child_id"])


def midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, timezone.get_current_timezone())
