"""What an operation can be refused with: by which status, and by which codes."""

from collections.abc import Iterator
from typing import Any

from drf_spectacular.plumbing import force_instance
from drf_standardized_errors.openapi import AutoSchema
from rest_framework.permissions import SAFE_METHODS, IsAuthenticated

from children.api import authentication, idempotency, malformed, parameters
from children.api.negotiation import OneForm
from children.api.refusals import Refusal
from children.api.schema import errors
from children.api.serializers import base as serializers


class RefusingSchema(AutoSchema):
    view: Any  # a ChoreView

    def _should_add_error_response(self, responses: dict[str, Any], status_code: str) -> bool:
        by_status = {
            "400": True,  # any operation refuses an unknown parameter
            "401": not self._is_public() or self._may_be_locked_out(),
            "403": not self._is_public() and (self._judges_roles() or self._changes()),
            "404": "{" in self.path,
            "406": not issubclass(self.view.content_negotiation_class, OneForm),
            "409": bool(self._conflicts()),
            "415": self._changes(),
            "422": self._is_idempotent(),
            "429": self._may_be_locked_out(),
            "503": True,
        }
        return status_code not in responses and by_status[status_code]

    def _refusals(self, status: str) -> list[Refusal]:
        """What it can be refused with, under this status."""
        some = {
            "400": self._malformed,
            "401": self._unknown,
            "403": self._forbidden,
            "409": self._conflicting,
            "415": self._unreadable,
        }
        refusals = some[status]() if status in some else errors.ALWAYS[status]
        return [*refusals, *getattr(self.view, "refusals", {}).get(status, ())]

    def _malformed(self) -> Iterator[Refusal]:
        yield parameters.UNKNOWN._replace(attr="nonesuch")
        if asked := [each for each in self._get_parameters() if each["in"] == "query"]:
            numbers = (each["name"] for each in asked if each["schema"]["type"] == "integer")
            one = next(numbers, asked[0]["name"])  # the others are alike
            for refusal in (parameters.NO_INTEGER, parameters.BLANK, parameters.REPEATED):
                yield refusal._replace(attr=one)
            yield from getattr(getattr(self.view, "filterset_class", None), "refusals", ())
        if self._is_idempotent():
            yield idempotency.MALFORMED
        if self._reads_body():
            yield from self._malformed_body()

    def _malformed_body(self) -> Iterator[Refusal]:
        yield errors.NO_JSON
        yield serializers.UNKNOWN._replace(attr="nonesuch")
        serializer = force_instance(self.get_request_serializer())
        for name, field in getattr(serializer, "fields", {}).items():
            if field.required and self.method != "PATCH":
                yield Refusal("required", field.error_messages["required"], name)
                break  # likewise
        yield from getattr(serializer, "refusals", ())

    def _unknown(self) -> tuple[Refusal, ...]:
        return (errors.WRONG_PASSWORD,) if self._is_public() else (errors.NOT_AUTHENTICATED, authentication.INVALID)

    def _forbidden(self) -> Iterator[Refusal]:
        yield errors.NOT_ALLOWED if self._judges_roles() else errors.NO_CSRF_TOKEN
        if self._changes() and not self.view.open_to_read_only_tokens:
            yield authentication.READ_ONLY

    def _conflicting(self) -> list[Refusal]:
        return [errors.by_the_rules(code) for code in self._conflicts()]

    def _unreadable(self) -> tuple[Refusal, ...]:
        return (errors.OTHER_FORMAT,) if self._reads_body() else (malformed.NOT_UTF8,)

    def _reads_body(self) -> bool:
        return self.method in ("POST", "PUT", "PATCH")

    def _action(self) -> str:
        return getattr(self.view, "action", self.method.lower())

    def _changes(self) -> bool:
        return self.method not in SAFE_METHODS

    def _is_public(self) -> bool:
        return not self.view.get_authenticators()

    def _judges_roles(self) -> bool:
        return any(type(permission) is not IsAuthenticated for permission in self.view.get_permissions())

    def _may_be_locked_out(self) -> bool:
        return getattr(self.view, "slows_guessing", False)

    def _is_idempotent(self) -> bool:
        return hasattr(getattr(self.view, self._action(), None), "idempotent")

    def _conflicts(self) -> tuple[str, ...]:
        return getattr(self.view, "conflicts", {}).get(self._action(), ())
