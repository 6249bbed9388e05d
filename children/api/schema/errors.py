"""What an operation can be refused with: each status in words, each code with its text."""

from typing import Any

from rest_framework import exceptions, serializers

from children.api.errors import Unavailable
from children.api.idempotency import IdempotencyKeyReused
from children.api.lockout import LOCKED_OUT
from children.api.refusals import Refusal
from children.errors import ChoreError

DESCRIPTIONS = {
    "400": "Malformed. `attr` names the field or the parameter.",
    "401": "No credentials, or wrong ones.",
    "403": "The wrong role, which is judged before the object; a token that is for reading only; a session without its CSRF token.",
    "404": "What this user may not see, and what there is not.",
    "406": "Another format than JSON was asked for.",
    "409": "Refused by the rules; nothing was changed.",
    "415": "Another format than JSON in UTF-8 was sent.",
    "422": "Another request was made under this key before. Nothing was changed.",
    "429": "Too many wrong passwords. No password is looked at until the time in `Retry-After` is over.",
    "503": "The database did not answer in time. Send it again; acts under their `Idempotency-Key`.",
}
NUMBERS = {"insufficient_points": {"have": 5, "reserved": 0, "need": 20}}


class ErrorSerializer(serializers.Serializer[Any]):
    code = serializers.CharField(help_text="The contract; `detail` is for people, and may be translated.")
    detail = serializers.CharField()
    attr = serializers.CharField(allow_null=True, help_text="The field or parameter that is wrong, if one is.")
    meta = serializers.DictField(child=serializers.IntegerField(), required=False, help_text="A refusal's numbers.")


class ErrorResponseSerializer(serializers.Serializer[Any]):
    type = serializers.ChoiceField(choices=["validation_error", "client_error", "server_error"])
    errors = ErrorSerializer(many=True)  # type: ignore[assignment]


def _raised(error: type[exceptions.APIException]) -> Refusal:
    detail: Any = error.default_detail
    return Refusal(error.default_code, detail)


NOT_AUTHENTICATED = _raised(exceptions.NotAuthenticated)
WRONG_PASSWORD = _raised(exceptions.AuthenticationFailed)
NO_JSON = Refusal("parse_error", "JSON parse error - Expecting value: line 1 column 1 (char 0)")
NOT_ALLOWED = _raised(exceptions.PermissionDenied)
NO_CSRF_TOKEN = Refusal("permission_denied", "CSRF Failed: CSRF token missing.")
OTHER_FORMAT = Refusal("unsupported_media_type", 'Unsupported media type "text/plain" in request.')
ALWAYS = {  # wherever there is this status
    "404": (_raised(exceptions.NotFound),),
    "406": (_raised(exceptions.NotAcceptable),),
    "422": (_raised(IdempotencyKeyReused),),
    "429": (LOCKED_OUT,),
    "503": (_raised(Unavailable),),
}


def by_the_rules(code: str) -> Refusal:
    (error,) = (each for each in ChoreError.__subclasses__() if each.code == code)
    return Refusal(code, error.message, meta=NUMBERS.get(code))
