"""What every operation can answer stands in the schema, errors in their one form."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import OpenApiParameter
from drf_standardized_errors.openapi import AutoSchema
from rest_framework import serializers
from rest_framework.permissions import SAFE_METHODS

from children.api.idempotency import HEADER, KEY, REPLAYED
from children.api.negotiation import OneForm

IDEMPOTENCY = [
    OpenApiParameter(
        HEADER,
        location=OpenApiParameter.HEADER,
        pattern=f"^{KEY.pattern}$",
        description="Of the client's choice, such as a UUID: what is sent again under it within 24 hours is done once.",
    ),
    OpenApiParameter(
        REPLAYED,
        location=OpenApiParameter.HEADER,
        response=[200, 201],
        enum=["true"],
        description="This was done before, under the same key.",
    ),
]


class ErrorSerializer(serializers.Serializer[Any]):
    code = serializers.CharField(help_text="The contract; `detail` is for people, and may be translated.")
    detail = serializers.CharField()
    attr = serializers.CharField(allow_null=True, help_text="The field or parameter that is wrong, if one is.")
    meta = serializers.DictField(child=serializers.IntegerField(), required=False, help_text="A refusal's numbers.")


class ErrorResponseSerializer(serializers.Serializer[Any]):
    type = serializers.ChoiceField(choices=["validation_error", "client_error", "server_error"])
    errors = ErrorSerializer(many=True)  # type: ignore[assignment]


class ChoreSchema(AutoSchema):
    def _should_add_error_response(self, responses: dict[str, Any], status_code: str) -> bool:
        public = not self.view.get_authenticators()
        by_status = {
            "400": True,  # any operation refuses an unknown parameter
            "401": not public or self._may_be_locked_out(),
            "403": not public,  # a role, a read-only token, or a session without its CSRF token
            "404": "{" in self.path,
            "406": not issubclass(self.view.content_negotiation_class, OneForm),
            "409": bool(self._conflicts()),
            "415": self.method not in SAFE_METHODS,
            "422": self._is_idempotent(),
            "429": self._may_be_locked_out(),
            "503": True,
        }
        return status_code not in responses and by_status[status_code]

    def get_override_parameters(self) -> Any:
        return IDEMPOTENCY if self._is_idempotent() else []

    def _get_response_bodies(self, direction: Any = "response") -> Any:
        responses = super()._get_response_bodies(direction)
        if "409" in responses:
            responses["409"]["description"] = f"Refused: {', '.join(self._conflicts())}."
        return responses

    def _may_be_locked_out(self) -> bool:
        return getattr(self.view, "slows_guessing", False)

    def _is_idempotent(self) -> bool:
        return hasattr(getattr(self.view, getattr(self.view, "action", ""), None), "idempotent")

    def _conflicts(self) -> tuple[str, ...]:
        return getattr(self.view, "conflicts", {}).get(getattr(self.view, "action", self.method.lower()), ())


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = "children.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}
