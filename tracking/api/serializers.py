from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from tracking.models import TrackingEvent
from tracking.models.kinds import LEGAL_ACTIONS, EntityType
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

    def to_representation(self, instance: TrackingEvent | dict[str, Any]) -> dict[str, Any]:
        return instance if isinstance(instance, dict) else instance.to_dict()


class TotalSerializer(serializers.Serializer[Any]):
    count = serializers.IntegerField(help_text="How many events.")
    points = serializers.IntegerField(help_text="How many points they gave or took.")


def _totals_of(kind: EntityType) -> serializers.BaseSerializer[Any]:
    actions = {action.value: TotalSerializer() for action in LEGAL_ACTIONS[kind]}
    return type(f"{kind.title()}TotalsSerializer", (serializers.Serializer,), actions)()


class TotalsSerializer(serializers.Serializer[Any]):
    task = _totals_of(EntityType.TASK)
    penalty = _totals_of(EntityType.PENALTY)
    reward = _totals_of(EntityType.REWARD)


class PointsSerializer(serializers.Serializer[Any]):
    good = serializers.IntegerField(help_text="From tasks, less what was undone.")
    not_good = serializers.IntegerField(help_text="Taken by penalties, less what was undone.")
    spent = serializers.IntegerField(help_text="On rewards, less what was refunded.")
    balance = serializers.IntegerField(
        allow_null=True, help_text="At the end. null: of more than one child, or its events of that time were purged."
    )


class PeriodSerializer(PointsSerializer):
    start = serializers.DateTimeField(help_text="When the interval begins, in UTC.")


class SummarySerializer(PointsSerializer):
    totals = TotalsSerializer()
    series = PeriodSerializer(many=True, help_text="An interval each, from the first event's to the last one's.")
