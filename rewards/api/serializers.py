from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from children.api.serializers.base import ReadModelSerializer, StrictModelSerializer, StrictSerializer
from children.api.serializers.children import FOREIGN, BalanceSerializer, ChildField
from rewards.models import Reward, RewardRequest


class RewardSerializer(StrictModelSerializer):
    example = {"id": 1, "name": "Ice cream", "cost": 20}

    class Meta:
        model = Reward
        fields = ["id", "name", "cost"]
        extra_kwargs = {"cost": {"help_text": "What it takes."}}


class RedeemSerializer(StrictSerializer):
    example = {"child": 1}
    refusals = (FOREIGN,)

    child = ChildField(help_text="The id of the child.")


class AskSerializer(StrictSerializer):
    example = {"child": 1}
    refusals = (FOREIGN,)

    child = ChildField(required=False, help_text="The id of the child. A child may leave it out: it asks for itself.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        child = attrs.get("child") or self.context["request"].user.own_child
        if child is None:
            required = str(self.fields["child"].error_messages["required"])
            raise serializers.ValidationError({"child": [ErrorDetail(str(required), "required")]})
        return {"child": child}


class RewardRequestSerializer(ReadModelSerializer):
    example: ClassVar[dict[str, Any]] = {
        "id": 1,
        "reward_id": 1,
        "child_id": 1,
        "cost": 20,
        "status": "pending",
        "user_id": 2,
        "requested_at": "2026-11-23T06:30:03.952102Z",
        "settled_at": None,
    }

    user_id = serializers.IntegerField(
        source="by_id", read_only=True, allow_null=True, help_text="Who asked, or gave. null: that user was forgotten"
    )
    child_id = serializers.IntegerField(read_only=True)
    reward_id = serializers.IntegerField(read_only=True)

    class Meta:
        model = RewardRequest
        fields = ["id", "reward_id", "child_id", "cost", "status", "user_id", "requested_at", "settled_at"]
        read_only_fields = fields
        extra_kwargs = {"settled_at": {"help_text": "When it was redeemed, cancelled or refunded. null: pending"}}


class RewardRequestWithChildSerializer(RewardRequestSerializer):
    child = BalanceSerializer(read_only=True)

    class Meta(RewardRequestSerializer.Meta):
        fields = [*RewardRequestSerializer.Meta.fields, "child"]
        read_only_fields = fields
