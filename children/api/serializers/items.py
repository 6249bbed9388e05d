from typing import Any, ClassVar

from rest_framework import serializers

from children.api.serializers.base import ReadModelSerializer, StrictModelSerializer, StrictSerializer
from children.api.serializers.children import FOREIGN, BalanceSerializer, ChildField
from children.models import Activation, Penalty, Task


class TaskSerializer(StrictModelSerializer):
    example = {"id": 1, "name": "Feed the cat", "points": 25}

    class Meta:
        model = Task
        fields = ["id", "name", "points"]
        extra_kwargs = {"points": {"help_text": "What it gives."}}


class PenaltySerializer(StrictModelSerializer):
    example = {"id": 1, "name": "Shouting", "points": 5}

    class Meta:
        model = Penalty
        fields = ["id", "name", "points"]
        extra_kwargs = {"points": {"help_text": "What it takes."}}


class ActivateSerializer(StrictSerializer):
    example = {"child": 1}
    refusals = (FOREIGN,)

    child = ChildField(help_text="The id of the child.")


class ActivationSerializer(ReadModelSerializer):
    example: ClassVar[dict[str, Any]] = {
        "id": 1,
        "kind": "task",
        "entity_id": 1,
        "child_id": 1,
        "delta": 25,
        "user_id": 2,
        "occurred_at": "2026-11-23T06:30:03.904599Z",
        "cancelled_at": None,
    }

    user_id = serializers.IntegerField(
        source="by_id", read_only=True, allow_null=True, help_text="Who did it. null: that user was forgotten"
    )
    child_id = serializers.IntegerField(read_only=True)

    class Meta:
        model = Activation
        fields = ["id", "kind", "entity_id", "child_id", "delta", "user_id", "occurred_at", "cancelled_at"]
        read_only_fields = fields
        extra_kwargs = {
            "entity_id": {"help_text": "Which task or penalty."},
            "cancelled_at": {"help_text": "null: it stands"},
        }


class ActivationWithChildSerializer(ActivationSerializer):
    child = BalanceSerializer(read_only=True)

    class Meta(ActivationSerializer.Meta):
        fields = [*ActivationSerializer.Meta.fields, "child"]
        read_only_fields = fields
