"""Usernames and passwords, wherever they are asked for."""

from typing import Any

from django.contrib.auth import authenticate
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError as DjangoValidationError
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.fields import empty, get_error_detail

from children.api.refusals import Refusal
from children.errors import UsernameTaken
from children.models import User

TAKEN = Refusal(UsernameTaken.code, UsernameTaken.message, "username")
WEAK = Refusal("password_too_common", "This password is too common.", "password")  # one of those of Django's validators
WRONG = Refusal("wrong_password", _("Wrong password."), "password")


class UsernameField(serializers.CharField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=150, validators=[UnicodeUsernameValidator()], **kwargs)

    def to_internal_value(self, data: Any) -> str:
        return User.normalize_username(super().to_internal_value(data))


class PasswordField(serializers.CharField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            max_length=128, trim_whitespace=False, write_only=True, style={"input_type": "password"}, **kwargs
        )


class OwnPasswordField(PasswordField):
    """The password of who is asking, again. The serializer's context has the request."""

    def run_validation(self, data: Any = empty) -> Any:
        password, request = super().run_validation(data), self.context["request"]
        # Under Django's own request: axes counts the guesses, and its middleware answers who guesses with 429.
        if authenticate(request._request, username=request.user.username, password=password) is None:
            raise serializers.ValidationError(WRONG.as_detail)
        return password


def refuse_weak_password(password: str, username: str, *, attr: str = "password") -> None:
    """Raises ValidationError with what Django's validators say."""
    try:
        validate_password(password, User(username=username))
    except DjangoValidationError as error:
        raise serializers.ValidationError({attr: get_error_detail(error)}) from error
