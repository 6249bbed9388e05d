from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from children.api.parameters import MAX_INTEGER
from children.api.serializers.base import ReadModelSerializer, StrictModelSerializer
from children.api.serializers.credentials import PasswordField, UsernameField, refuse_weak_password
from children.models import Child


class ChildField(serializers.PrimaryKeyRelatedField[Child]):
    """The id of a child that the user may name: a parent one of the family's, a child itself."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(pk_field=serializers.IntegerField(max_value=MAX_INTEGER), **kwargs)

    def get_queryset(self) -> Any:
        return Child.objects.visible_to(self.context["request"].user)


class ChildSerializer(StrictModelSerializer):
    username = UsernameField(required=False, allow_null=True, help_text="Of its login; null: it has none.")
    password = PasswordField(required=False)
    available = serializers.IntegerField(read_only=True)

    class Meta:
        model = Child
        fields = ["id", "name", "points", "reserved", "available", "username", "password"]
        read_only_fields = ["points", "reserved"]
        extra_kwargs = {"name": {"required": True, "allow_blank": False}}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        login = self.instance.username if self.instance else None
        username, password = attrs.get("username"), attrs.get("password")
        if login is not None and "username" in attrs and username is None:
            raise serializers.ValidationError({"username": [ErrorDetail(_("A login stays with its child."), "null")]})
        if login is None and bool(username) != bool(password):
            missing = "password" if username else "username"
            raise serializers.ValidationError({missing: [ErrorDetail(_("A login needs both."), "required")]})
        if password:
            refuse_weak_password(password, username or login or "")
        return attrs


class BalanceSerializer(ReadModelSerializer):
    available = serializers.IntegerField(read_only=True)

    class Meta:
        model = Child
        fields = ["id", "points", "reserved", "available"]
