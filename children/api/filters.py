"""django-filter, strictly: its stock filters take `1e3` for a number and answer a blank value with everything."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, tzinfo
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework.views import APIView

from children.api.parameters import parse_integer


class StrictFilterBackend(filters.DjangoFilterBackend):
    """Filters what is listed; a view that has `filterset_class` for its list does not need it for one object."""

    def filter_queryset(self, request: Any, queryset: Any, view: Any) -> Any:
        return super().filter_queryset(request, queryset, view) if view.action == "list" else queryset


def known_filters(view: APIView) -> Iterable[str]:
    filterset = getattr(view, "filterset_class", None)
    return filterset.base_filters if filterset else ()


class IntegerField(forms.Field):
    def to_python(self, value: str | None) -> int | None:
        if value is None:
            return None
        try:
            return parse_integer(value)
        except ValueError as error:
            raise ValidationError(str(error), code="invalid") from error


@extend_schema_field(OpenApiTypes.INT64)
class IntegerFilter(filters.Filter):
    field_class = IntegerField


class MomentField(forms.Field):
    """ISO 8601: a moment, with or without an offset, or a plain date."""

    def to_python(self, value: str | None) -> date | datetime | None:
        if value is None:
            return None
        try:
            moment = parse_datetime(value) or parse_date(value)
        except ValueError as error:
            raise ValidationError(_("There is no such date."), code="invalid") from error
        if moment is None:
            raise ValidationError(_("Give a date, or a moment such as 2026-11-01T08:00:00Z."), code="invalid")
        return moment


@extend_schema_field(OpenApiTypes.STR)
class MomentFilter(filters.Filter):
    field_class = MomentField
    parent: Any  # the filter set

    def moment(self, value: date | datetime | None) -> datetime | None:
        """Return what the asking user means by `value`, in UTC."""
        return None if value is None else to_utc(value, self.parent.request.user.timezone)

    def filter(self, queryset: Any, value: date | datetime | None) -> Any:
        return super().filter(queryset, self.moment(value))


def to_utc(value: date | datetime, zone: tzinfo) -> datetime:
    """Return the moment in UTC; a plain date means its midnight in `zone`, and a moment without an offset is in it too.

    Moments before the year 1 or after 9999 in UTC become the first or the last one there is.
    """
    moment = value if isinstance(value, datetime) else datetime.combine(value, time())
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        edge = datetime.min if moment.year == 1 else datetime.max  # noqa: DTZ901 - UTC on the next line
        return edge.replace(tzinfo=UTC)
