from datetime import datetime
from typing import Any, cast

from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from rest_framework.exceptions import ErrorDetail, ValidationError

from children.api.filters import IntegerFilter, MomentFilter
from children.models.user import Role
from tracking.models import TrackingEvent
from tracking.models.event import Action, EntityType


class TrackingEventFilter(filters.FilterSet):
    child_id = IntegerFilter()
    user_id = IntegerFilter()
    entity_type = filters.ChoiceFilter(choices=EntityType.choices)
    entity_id = IntegerFilter()
    action = filters.ChoiceFilter(choices=Action.choices)
    occurred_after = MomentFilter(
        field_name="occurred_at",
        lookup_expr="gte",
        help_text="From this moment on. A plain date means midnight in the family's time zone, for admins in UTC.",
    )
    occurred_before = MomentFilter(
        field_name="occurred_at", lookup_expr="lt", help_text="Before this moment, likewise."
    )
    family_id = IntegerFilter(help_text="For admins only.")
    anonymized = filters.ChoiceFilter(
        choices=[("true", "true")], method="filter_anonymized", help_text="For admins only: whose user was forgotten."
    )

    FOR_ADMINS = frozenset({"family_id", "anonymized"})

    class Meta:
        model = TrackingEvent
        fields: tuple[str, ...] = ()

    def filter_anonymized(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(user_id=None).exclude(actor_role=Role.SYSTEM)

    def filter_queryset(self, queryset: Any) -> Any:
        """Raises ValidationError for a range that ends before it starts."""
        after, before = self._moment("occurred_after"), self._moment("occurred_before")
        if after is not None and before is not None and before < after:
            detail = ErrorDetail(_("The range ends before it starts."), "range_reversed")
            raise ValidationError({"occurred_before": [detail]})
        return super().filter_queryset(queryset)

    def _moment(self, name: str) -> datetime | None:
        return cast(MomentFilter, self.filters[name]).moment(self.form.cleaned_data[name])
