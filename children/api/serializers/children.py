from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from children.api.parameters import MAX_INTEGER
from children.api.refusals import Refusal
from children.api.serializers.base import ReadModelSerializer, StrictModelSerializer
from children.api.serializers.credentials import TAKEN, WEAK, PasswordField, UsernameField, refuse_weak_password
from children.models import Child

POINTS = "The balance. It can be below zero."
RESERVED = "What its pending requests will cost."
AVAILABLE = "Points less what is reserved: what it can still ask for."
FOREIGN = Refusal(
    "does_not_exist",
    format_lazy(serializers.PrimaryKeyRelatedField.default_error_messages["does_not_exist"], pk_value=1815),
    "child",
)


class ChildField(serializers.PrimaryKeyRelatedField[Child]):
    """The id of a child that the user may name: a parent one of the family's, a child itself."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(pk_field=serializers.IntegerField(max_value=MAX_INTEGER), **kwargs)

    def get_queryset(self) -> Any:
        return Child.objects.visible_to(self.context["request"].user)


class ChildSerializer(StrictModelSerializer):
    example = {
        "id": 1,
        "name": "Ada",
        "points": 25,
        "reserved": 20,
        "available": 5,
        "username": "ada",
        "password": "engines-and-birds",
    }
    refusals = (TAKEN, WEAK)

    username = UsernameField(required=False, allow_null=True, help_text="Of its login; null: it has none.")
    password = PasswordField(required=False, help_text="Of its login: with a username, or for one that it has.")
    available = serializers.IntegerField(read_only=True, help_text=AVAILABLE)

    class Meta:
        model = Child
        fields = ["id", "name", "points", "reserved", "available", "username", "password"]
        read_only_fields = ["points", "reserved"]
        extra_kwargs = {
            "name": {"required": True, "allow_blank": False},
            "points": {"help_text": POINTS},
            "reserved": {"help_text": RESERVED},
        }

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
    example = {"id": 1, "points": 25, "reserved": 0, "available": 25}

    available = serializers.IntegerField(read_only=True, help_text=AVAILABLE)

    class Meta:
        model = Child
        fields = ["id", "points", "reserved", "available"]
        extra_kwargs = {"points": {"help_text": POINTS}, "reserved": {"help_text": RESERVED}}
