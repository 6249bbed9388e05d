from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from tracking.models import TrackingEvent
from tracking.models.plain_form import FIELDS

METADATA = {
    "type": "object",
    "nullable": True,
    "additionalProperties": True,
    "properties": {
        "entity_name": {"type": "string", "description": "The task's, penalty's or reward's name, then."},
        "points": {"type": "integer", "description": "Nominal points of a task or penalty, then."},
        "cost": {"type": "integer", "description": "The reward's price when asked."},
        "activation_id": {"type": "integer"},
        "request_id": {"type": "integer"},
        "cancels": {"type": "integer", "description": "The sequence that this event undoes."},
        "reason": {
            "type": "string",
            "enum": ["denied", "withdrawn", "refunded", "undone", "entity_removed", "child_removed"],
        },
    },
}


@extend_schema_field(METADATA)
class MetadataField(serializers.JSONField):
    pass


class TrackingEventSerializer(serializers.ModelSerializer[TrackingEvent]):
    """Describes the event for the schema; what is sent is its one plain form."""

    user_id = serializers.IntegerField(allow_null=True, help_text="null: anonymised, or the system; see actor_role")
    metadata = MetadataField(allow_null=True)

    class Meta:
        model = TrackingEvent
        fields = FIELDS
        read_only_fields = FIELDS

    def to_representation(self, instance: TrackingEvent) -> dict[str, Any]:
        return instance.to_dict()
