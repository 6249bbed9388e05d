from typing import Any

from rest_framework import serializers

from children.api.serializers.base import StrictModelSerializer, StrictSerializer
from children.api.serializers.credentials import PasswordField, UsernameField, refuse_weak_password
from children.models import Family
from children.models.family import validate_timezone


class FamilySerializer(StrictModelSerializer):
    class Meta:
        model = Family
        fields = ["id", "name", "timezone", "floor_at_zero"]
        extra_kwargs = {"name": {"required": True, "allow_blank": False}}


class ParentSerializer(StrictSerializer):
    id = serializers.IntegerField(read_only=True)
    username = UsernameField()
    password = PasswordField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        refuse_weak_password(attrs["password"], attrs["username"])
        return attrs


class NewFamilySerializer(StrictSerializer):
    name = serializers.CharField(max_length=100)
    timezone = serializers.CharField(max_length=64, validators=[validate_timezone])
    username = UsernameField()
    password = PasswordField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        refuse_weak_password(attrs["password"], attrs["username"])
        return attrs


class ParentReferenceSerializer(StrictSerializer):
    id = serializers.IntegerField()
    username = serializers.CharField()


class FamilyWithParentSerializer(FamilySerializer):
    parent = ParentReferenceSerializer(read_only=True)

    class Meta(FamilySerializer.Meta):
        fields = [*FamilySerializer.Meta.fields, "parent"]
