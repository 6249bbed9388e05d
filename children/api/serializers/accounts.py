from typing import Any, ClassVar

from rest_framework import serializers

from children.api.serializers.base import MomentField, ReadModelSerializer, StrictSerializer
from children.api.serializers.credentials import (
    WEAK,
    WRONG,
    OwnPasswordField,
    PasswordField,
    UsernameField,
    refuse_weak_password,
)
from children.models import AuthToken, User
from children.models.user import Role
from children.services.deletions import takes_family_along


class MeSerializer(StrictSerializer):
    example: ClassVar[dict[str, Any]] = {
        "id": 2,
        "username": "annabella",
        "role": "parent",
        "family_id": 1,
        "child_id": None,
        "deletion_due_at": None,
    }

    id = serializers.IntegerField()
    username = serializers.CharField()
    role = serializers.ChoiceField(
        choices=[Role.PARENT, Role.CHILD, Role.ADMIN], allow_null=True, help_text="null: in no family, and no admin"
    )
    family_id = serializers.IntegerField(allow_null=True, help_text="null: in no family")
    child_id = serializers.IntegerField(
        source="own_child.pk", allow_null=True, default=None, help_text="Whose login it is. null: no child's"
    )
    deletion_due_at = MomentField(allow_null=True, help_text="null: not marked for deletion")


class LoginSerializer(StrictSerializer):
    example = {"username": "annabella", "password": "a-long-walk-in-may", "name": "kitchen tablet", "read_only": False}

    username = UsernameField()
    password = PasswordField()
    name = serializers.CharField(max_length=100, required=False, default="", help_text="What the token is for.")
    read_only = serializers.BooleanField(required=False, default=False, help_text="true: it never changes anything.")  # type: ignore[assignment]


class LoggedInSerializer(StrictSerializer):
    example = {
        "token": "1436f96271c09efd04c86704881452857c908efb57ad4e8863757317cb2cda77",
        "expiry": "2027-02-21T06:30:03.540286Z",
    }

    token = serializers.CharField(help_text="For `Authorization: Bearer`. It is told this once.")
    expiry = MomentField(help_text="Until when it is good.")
    user = MeSerializer()


class TokenSerializer(ReadModelSerializer):
    example = {
        "id": "4b3974f3-34dd-4993-8067-17ce338f1cec",
        "name": "kitchen tablet",
        "read_only": False,
        "created": "2026-11-23T06:30:03.540535Z",
        "expiry": "2027-02-21T06:30:03.540286Z",
    }

    id = serializers.CharField(source="uid", read_only=True, help_text="To delete it by; not the token itself.")

    class Meta:
        model = AuthToken
        fields = ["id", "name", "read_only", "created", "expiry"]
        extra_kwargs = {
            "name": {"help_text": "What it is for."},
            "read_only": {"help_text": "true: it never changes anything."},
            "expiry": {"help_text": "Until when it is good."},
        }


class PasswordChangeSerializer(StrictSerializer):
    example = {"old": "a-long-walk-in-may", "new": "parallelograms-all-day"}
    refusals = (WRONG._replace(attr="old"), WEAK._replace(attr="new"))

    old = OwnPasswordField()
    new = PasswordField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        refuse_weak_password(attrs["new"], self.context["request"].user.username, attr="new")
        return attrs


class PasswordAgainSerializer(StrictSerializer):
    example = {"password": "a-long-walk-in-may"}
    refusals = (WRONG,)

    password = OwnPasswordField()


class MarkedSerializer(MeSerializer):
    example = MeSerializer.example | {"deletion_due_at": "2026-12-23T06:30:05.102030Z", "family_goes_too": False}

    family_goes_too = serializers.SerializerMethodField(help_text="true: no parent is left in the family then")

    def get_family_goes_too(self, user: User) -> bool:
        return takes_family_along(user)
