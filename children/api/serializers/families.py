from typing import Any, ClassVar

from rest_framework import serializers

from children.api.refusals import Refusal
from children.api.serializers.base import StrictModelSerializer, StrictSerializer
from children.api.serializers.credentials import TAKEN, WEAK, PasswordField, UsernameField, refuse_weak_password
from children.models import Family
from children.models.family import validate_timezone

NO_ZONE = Refusal("invalid_timezone", "Not a time zone, such as Europe/Berlin.", "timezone")


class FamilySerializer(StrictModelSerializer):
    example: ClassVar[dict[str, Any]] = {
        "id": 1,
        "name": "Lovelace",
        "timezone": "Europe/London",
        "floor_at_zero": False,
    }
    refusals = (NO_ZONE,)

    class Meta:
        model = Family
        fields = ["id", "name", "timezone", "floor_at_zero"]
        extra_kwargs = {
            "name": {"required": True, "allow_blank": False},
            "timezone": {"help_text": "A name of the IANA time zone database: where its days begin."},
        }


class ParentSerializer(StrictSerializer):
    example = {"id": 2, "username": "annabella", "password": "a-long-walk-in-may"}
    refusals = (TAKEN, WEAK)

    id = serializers.IntegerField(read_only=True)
    username = UsernameField()
    password = PasswordField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        refuse_weak_password(attrs["password"], attrs["username"])
        return attrs


class NewFamilySerializer(StrictSerializer):
    example = {
        "name": "Lovelace",
        "timezone": "Europe/London",
        "username": "annabella",
        "password": "a-long-walk-in-may",
    }
    refusals = (NO_ZONE, TAKEN, WEAK)

    name = serializers.CharField(max_length=100)
    timezone = serializers.CharField(
        max_length=64, validators=[validate_timezone], help_text="A name of the IANA time zone database."
    )
    username = UsernameField(help_text="Of its first parent.")
    password = PasswordField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        refuse_weak_password(attrs["password"], attrs["username"])
        return attrs


class ParentReferenceSerializer(StrictSerializer):
    example = {"id": 2, "username": "annabella"}

    id = serializers.IntegerField()
    username = serializers.CharField()


class FamilyWithParentSerializer(FamilySerializer):
    parent = ParentReferenceSerializer(read_only=True)

    class Meta(FamilySerializer.Meta):
        fields = [*FamilySerializer.Meta.fields, "parent"]
