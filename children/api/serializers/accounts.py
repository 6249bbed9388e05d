from typing import Any

from rest_framework import serializers

from children.api.serializers.base import MomentField, ReadModelSerializer, StrictSerializer
from children.api.serializers.credentials import (
    OwnPasswordField,
    PasswordField,
    UsernameField,
    refuse_weak_password,
)
from children.models import AuthToken, User
from children.models.user import Role
from children.services.deletions import takes_family_along


class MeSerializer(StrictSerializer):
    id = serializers.IntegerField()
    username = serializers.CharField()
    role = serializers.ChoiceField(
        choices=[Role.PARENT, Role.CHILD, Role.ADMIN], allow_null=True, help_text="null: in no family, and no admin"
    )
    family_id = serializers.IntegerField(allow_null=True)
    child_id = serializers.IntegerField(source="own_child.pk", allow_null=True, default=None)
    deletion_due_at = MomentField(allow_null=True, help_text="null: not marked for deletion")


class LoginSerializer(StrictSerializer):
    username = UsernameField()
    password = PasswordField()
    name = serializers.CharField(max_length=100, required=False, default="", help_text="What the token is for.")
    read_only = serializers.BooleanField(required=False, default=False)  # type: ignore[assignment]


class LoggedInSerializer(StrictSerializer):
    token = serializers.CharField()
    expiry = MomentField()
    user = MeSerializer()


class TokenSerializer(ReadModelSerializer):
    id = serializers.CharField(source="uid", read_only=True)

    class Meta:
        model = AuthToken
        fields = ["id", "name", "read_only", "created", "expiry"]


class PasswordChangeSerializer(StrictSerializer):
    old = OwnPasswordField()
    new = PasswordField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        refuse_weak_password(attrs["new"], self.context["request"].user.username, attr="new")
        return attrs


class PasswordAgainSerializer(StrictSerializer):
    password = OwnPasswordField()


class MarkedSerializer(MeSerializer):
    family_goes_too = serializers.SerializerMethodField(help_text="true: no parent is left in the family then")

    def get_family_goes_too(self, user: User) -> bool:
        return takes_family_along(user)
