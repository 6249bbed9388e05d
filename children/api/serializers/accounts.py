from typing import Any

from django.contrib.auth import authenticate
from django.utils.translation import gettext as _
from rest_framework import serializers

from children.api.serializers.base import MomentField, ReadModelSerializer, StrictSerializer
from children.api.serializers.credentials import PasswordField, UsernameField, refuse_weak_password
from children.models import AuthToken, User
from children.models.user import Role


class MeSerializer(StrictSerializer):
    id = serializers.IntegerField()
    username = serializers.CharField()
    role = serializers.ChoiceField(
        choices=[Role.PARENT, Role.CHILD, Role.ADMIN], allow_null=True, help_text="null: in no family, and no admin"
    )
    family_id = serializers.IntegerField(allow_null=True)
    child_id = serializers.IntegerField(source="own_child.pk", allow_null=True, default=None)
    deletion_due_at = serializers.SerializerMethodField(help_text="null: not marked for deletion")

    def get_deletion_due_at(self, user: User) -> str | None:
        return None  # no account can be marked yet


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
    old = PasswordField()
    new = PasswordField()

    def validate_old(self, old: str) -> str:
        request = self.context["request"]
        # Under Django's own request: axes counts the guesses, and its middleware answers who guesses with 429.
        if authenticate(request._request, username=request.user.username, password=old) is None:
            raise serializers.ValidationError(_("Wrong password."), "wrong_password")
        return old

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        refuse_weak_password(attrs["new"], self.context["request"].user.username, attr="new")
        return attrs
