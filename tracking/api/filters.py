from datetime import datetime
from typing import Any, cast

from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from rest_framework.exceptions import ValidationError

from children.api.filters import IntegerFilter, MomentFilter
from children.api.refusals import Refusal
from tracking.models import TrackingEvent
from tracking.models.kinds import Action, EntityType
from tracking.summary.interval import Interval

REVERSED = Refusal("range_reversed", _("The range ends before it starts."), "occurred_before")


class RangeFilter(filters.FilterSet):
    """Whose events, and of what time."""

    refusals = (REVERSED,)

    child_id = IntegerFilter(help_text="Whose points.")
    occurred_after = MomentFilter(
        field_name="occurred_at",
        lookup_expr="gte",
        help_text="From this moment on. A plain date means midnight in the family's time zone, for admins in UTC.",
    )
    occurred_before = MomentFilter(
        field_name="occurred_at", lookup_expr="lt", help_text="Before this moment, likewise."
    )
    family_id = IntegerFilter(help_text="For admins only.")

    FOR_ADMINS = frozenset({"family_id", "anonymized"})

    class Meta:
        model = TrackingEvent
        fields: tuple[str, ...] = ()

    def filter_queryset(self, queryset: Any) -> Any:
        """Raises ValidationError for a range that ends before it starts."""
        after, before = self.moment_of("occurred_after"), self.moment_of("occurred_before")
        if after is not None and before is not None and before < after:
            raise ValidationError({"occurred_before": [REVERSED.as_detail]})
        return super().filter_queryset(queryset)

    def moment_of(self, name: str) -> datetime | None:
        return cast(MomentFilter, self.filters[name]).moment(self.form.cleaned_data[name])


class TrackingEventFilter(RangeFilter):
    user_id = IntegerFilter(help_text="Who did it.")
    entity_id = IntegerFilter(help_text="Which task, penalty or reward: with `entity_type`, whose ids overlap.")
    action = filters.ChoiceFilter(choices=Action.choices)
    anonymized = filters.ChoiceFilter(
        choices=[("true", "true")], method="filter_anonymized", help_text="For admins only: whose user was forgotten."
    )
    entity_type = filters.ChoiceFilter(choices=EntityType.choices, method="filter_type")  # the last: see `of_type`

    def filter_anonymized(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.anonymized()

    def filter_type(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.of_type(value)


class SummaryFilter(RangeFilter):
    interval = filters.ChoiceFilter(
        choices=Interval.choices,
        method="leave",
        help_text="Of the series: `day` (if left out), `week` (from Monday) or `month`, in the family's time zone, for admins in UTC.",
    )

    def leave(self, queryset: Any, name: str, value: str) -> Any:
        return queryset
