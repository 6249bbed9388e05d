from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from children.api.serializers.base import ReadModelSerializer, StrictModelSerializer, StrictSerializer
from children.api.serializers.children import BalanceSerializer, ChildField
from rewards.models import Reward, RewardRequest


class RewardSerializer(StrictModelSerializer):
    class Meta:
        model = Reward
        fields = ["id", "name", "cost"]


class RedeemSerializer(StrictSerializer):
    child = ChildField()


class AskSerializer(StrictSerializer):
    child = ChildField(required=False, help_text="A child may leave it out: it asks for itself.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        child = attrs.get("child") or self.context["request"].user.own_child
        if child is None:
            required = str(self.fields["child"].error_messages["required"])
            raise serializers.ValidationError({"child": [ErrorDetail(str(required), "required")]})
        return {"child": child}


class RewardRequestSerializer(ReadModelSerializer):
    user_id = serializers.IntegerField(source="by_id", read_only=True, allow_null=True)
    child_id = serializers.IntegerField(read_only=True)
    reward_id = serializers.IntegerField(read_only=True)

    class Meta:
        model = RewardRequest
        fields = ["id", "reward_id", "child_id", "cost", "status", "user_id", "requested_at", "settled_at"]
        read_only_fields = fields


class RewardRequestWithChildSerializer(RewardRequestSerializer):
    child = BalanceSerializer(read_only=True)

    class Meta(RewardRequestSerializer.Meta):
        fields = [*RewardRequestSerializer.Meta.fields, "child"]
        read_only_fields = fields
