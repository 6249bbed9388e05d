from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from tracking.models import TrackingEvent
from tracking.models.kinds import LEGAL_ACTIONS, EntityType
from tracking.models.plain_form import FIELDS

METADATA = {
    "type": "object",
    "nullable": True,
    "additionalProperties": True,
    "description": "What else belongs to it. Never a person's name.",
    "properties": {
        "entity_name": {"type": "string", "description": "The task's, penalty's or reward's name, then."},
        "points": {"type": "integer", "description": "Nominal points of a task or penalty, then."},
        "cost": {"type": "integer", "description": "The reward's price when asked."},
        "activation_id": {"type": "integer", "description": "Which activation it is about."},
        "request_id": {"type": "integer", "description": "Which request it is about."},
        "cancels": {"type": "integer", "description": "The sequence that this event undoes."},
        "reason": {
            "type": "string",
            "enum": ["denied", "withdrawn", "refunded", "undone", "entity_removed", "child_removed"],
            "description": "Why it was cancelled: by a parent, by the child, redeemed before, a wrong tap, what it asks for or who asks is gone.",
        },
    },
}


@extend_schema_field(METADATA)
class MetadataField(serializers.JSONField):
    pass


class TrackingEventSerializer(serializers.ModelSerializer[TrackingEvent]):
    """Describes the event for the schema; what is sent is its one plain form."""

    example: ClassVar[dict[str, Any]] = {
        "id": 7,
        "user_id": 2,
        "actor_role": "parent",
        "family_id": 1,
        "child_id": 1,
        "sequence": 7,
        "entity_type": "penalty",
        "entity_id": 1,
        "action": "cancelled",
        "points_before": 0,
        "points_after": 5,
        "delta": 5,
        "occurred_at": "2026-11-23T06:30:04.231445Z",
        "created_at": "2026-11-23T06:30:04.232097Z",
        "metadata": {"entity_name": "Shouting", "points": 5, "activation_id": 2, "cancels": 6, "reason": "undone"},
    }

    user_id = serializers.IntegerField(
        allow_null=True, help_text="Who did it. null: anonymised, or the system; see actor_role"
    )
    metadata = MetadataField(allow_null=True)

    class Meta:
        model = TrackingEvent
        fields = FIELDS
        read_only_fields = FIELDS
        extra_kwargs = {
            "id": {"help_text": "Grows with each event; the stream goes by it."},
            "actor_role": {"help_text": "As what, at that moment."},
            "family_id": {"help_text": "Of the child, then."},
            "child_id": {"help_text": "Whose points. Of a removed child too."},
            "entity_type": {"help_text": "What it is about."},
            "entity_id": {"help_text": "Which of them. Of a deleted one too."},
            "action": {
                "help_text": "Tasks and penalties are activated and cancelled; rewards requested, redeemed and cancelled."
            },
            "points_before": {"help_text": "The child's balance. It is `points_after` of the sequence before."},
            "points_after": {"help_text": "The child's balance."},
            "delta": {"help_text": "`points_after` less `points_before`; 0 where points were only reserved or freed."},
            "occurred_at": {"help_text": "When it was done. Within a family strictly later than what was done before."},
            "created_at": {"help_text": "When it was recorded: later, where that failed at first."},
        }

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
    example: ClassVar[dict[str, Any]] = {"good": 25, "not_good": 0, "spent": 20, "balance": 5}

    good = serializers.IntegerField(help_text="From tasks, less what was undone.")
    not_good = serializers.IntegerField(help_text="Taken by penalties, less what was undone.")
    spent = serializers.IntegerField(help_text="On rewards, less what was refunded.")
    balance = serializers.IntegerField(
        allow_null=True, help_text="At the end. null: of more than one child, or its events of that time were purged."
    )


class PeriodSerializer(PointsSerializer):
    example = PointsSerializer.example | {"start": "2026-11-23T00:00:00.000000Z"}

    start = serializers.DateTimeField(help_text="When the interval begins, in UTC.")


class SummarySerializer(PointsSerializer):
    example = PointsSerializer.example | {
        "totals": {
            "task": {"activated": {"count": 1, "points": 25}, "cancelled": {"count": 0, "points": 0}},
            "penalty": {"activated": {"count": 1, "points": 5}, "cancelled": {"count": 1, "points": 5}},
            "reward": {
                "requested": {"count": 1, "points": 0},
                "redeemed": {"count": 2, "points": 40},
                "cancelled": {"count": 1, "points": 20},
            },
        }
    }

    totals = TotalsSerializer()
    series = PeriodSerializer(many=True, help_text="An interval each, from the first event's to the last one's.")
