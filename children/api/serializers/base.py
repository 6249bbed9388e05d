from collections.abc import Mapping
from datetime import UTC, tzinfo
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from children.api.refusals import Refusal

UNKNOWN = Refusal("unknown_field", _("Unknown field."))


class StrictSerializer(serializers.Serializer[Any]):
    # Names the fields it does not know, instead of dropping them. No docstring: the schema would repeat it for each.

    example: ClassVar[dict[str, Any]] = {}  # of its fields, for the schema
    refusals: ClassVar[tuple[Refusal, ...]] = ()  # likewise, beside what is said of any body

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping) and (unknown := set(data) - set(self.fields)):
            raise serializers.ValidationError({name: [UNKNOWN.as_detail] for name in sorted(unknown)})
        return super().to_internal_value(data)


class MomentField(serializers.DateTimeField):
    """UTC with `Z`, whatever CHORE_TIME_ZONE says: that one is the admin site's."""

    def default_timezone(self) -> tzinfo:
        return UTC


class ReadModelSerializer(serializers.ModelSerializer[Any]):
    example: ClassVar[dict[str, Any]] = {}

    serializer_field_mapping = {
        **serializers.ModelSerializer.serializer_field_mapping,
        models.DateTimeField: MomentField,
    }


class StrictModelSerializer(StrictSerializer, ReadModelSerializer):
    pass


class EmptySerializer(StrictSerializer):
    """For what is posted without a body."""
