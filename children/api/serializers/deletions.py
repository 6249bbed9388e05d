from rest_framework import serializers

from children.api.serializers.base import MomentField, StrictModelSerializer, StrictSerializer
from children.models import AccountDeletionPolicy


class DeletionPolicySerializer(StrictModelSerializer):
    example = {"threshold_hours": 720}

    class Meta:
        model = AccountDeletionPolicy
        fields = ["threshold_hours"]
        extra_kwargs = {"threshold_hours": {"required": True}}


class DeletionSerializer(StrictSerializer):
    example = {
        "user_id": 2,
        "username": "annabella",
        "requested_at": "2026-11-23T06:30:05.102030Z",
        "due_at": "2026-12-23T06:30:05.102030Z",
        "attempts": 0,
        "last_attempt_at": None,
        "last_error": None,
    }

    user_id = serializers.IntegerField(source="pk")
    username = serializers.CharField()
    requested_at = MomentField(source="deletion_requested_at")
    due_at = MomentField()
    attempts = serializers.IntegerField(help_text="That failed.")
    last_attempt_at = MomentField(source="deletion_attempted_at", allow_null=True)
    last_error = serializers.CharField(source="deletion_error", allow_null=True)
