from rest_framework import serializers

from children.api.serializers.base import ReadModelSerializer, StrictModelSerializer, StrictSerializer
from children.api.serializers.children import BalanceSerializer, ChildField
from children.models import Activation, Penalty, Task


class TaskSerializer(StrictModelSerializer):
    class Meta:
        model = Task
        fields = ["id", "name", "points"]


class PenaltySerializer(StrictModelSerializer):
    class Meta:
        model = Penalty
        fields = ["id", "name", "points"]


class ActivateSerializer(StrictSerializer):
    child = ChildField()


class ActivationSerializer(ReadModelSerializer):
    user_id = serializers.IntegerField(source="by_id", read_only=True, allow_null=True)
    child_id = serializers.IntegerField(read_only=True)

    class Meta:
        model = Activation
        fields = ["id", "kind", "entity_id", "child_id", "delta", "user_id", "occurred_at", "cancelled_at"]
        read_only_fields = fields


class ActivationWithChildSerializer(ActivationSerializer):
    child = BalanceSerializer(read_only=True)

    class Meta(ActivationSerializer.Meta):
        fields = [*ActivationSerializer.Meta.fields, "child"]
        read_only_fields = fields
