"""`Idempotency-Key`: a POST that moves points is done once, however often a client sends it.

The key's row is inserted first, in the transaction of the act and before its locks: a twin waits for it, and then answers the same.
It holds no other row while it waits, nor a kept row while it waits for the family, so that it can block nobody that is ahead of it.
"""

import hashlib
import json
import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from children import clock
from children.api.errors import Unavailable
from children.api.refusals import Refusal
from children.models import IdempotencyKey, User

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
KEY = re.compile(r"[!-~](?:[ -~]{0,253}[!-~])?")
MALFORMED = Refusal("invalid", _("Give 1 to 255 printable ASCII characters."), HEADER)

Handler = Callable[..., Response]


class IdempotencyKeyReused(APIException):
    """422: under this key the user asked for something else before."""

    status_code = 422
    default_code = "idempotency_key_reused"
    default_detail = _("This key was used for another request.")


def idempotent(handler: Handler) -> Handler:
    """Make a view's POST, which answers 2xx or raises, understand `Idempotency-Key`.

    Raises ValidationError for a malformed key, IdempotencyKeyReused. What the handler refuses leaves no trace of the key.
    """

    @wraps(handler)
    def once(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = _key(request)
        if key is None:
            return handler(view, request, *args, **kwargs)
        asked = {"user": view.user, "key": key}
        fingerprint = _fingerprint(request)
        # Beforehand: held until the act ends, its lock would meet the one that deletes the user the other way round.
        expired = IdempotencyKey.objects.expired(clock.now()).filter(**asked)
        if expired.exists():
            expired.delete()
        with transaction.atomic():
            kept, is_new = _claim(fingerprint=fingerprint, **asked)
            if not is_new:
                return _answer_again(kept, fingerprint)
            response = handler(view, request, *args, **kwargs)
            kept.status, kept.answer = response.status_code, JSONRenderer().render(response.data).decode()
            kept.save(update_fields=["status", "answer"])
        return response

    once.idempotent = True  # type: ignore[attr-defined] # for the schema
    return once


def _claim(*, user: User, key: str, fingerprint: str) -> tuple[IdempotencyKey, bool]:
    """Return the row of the key, and whether it is new. Raises Unavailable where the one it met went away meanwhile."""
    try:
        return IdempotencyKey.objects.get_or_create(
            user=user, key=key, defaults={"fingerprint": fingerprint, "created_at": clock.now()}
        )
    except IntegrityError as error:
        raise Unavailable from error


def _key(request: Request) -> str | None:
    key = request.headers.get(HEADER)
    if key is not None and not KEY.fullmatch(key):
        raise ValidationError({HEADER: [MALFORMED.as_detail]})
    return key


def _fingerprint(request: Request) -> str:
    """Two spellings of one JSON body are the same."""
    body = json.dumps(request.data, sort_keys=True)
    return hashlib.sha256(f"{request.path}\n{body}".encode()).hexdigest()


def _answer_again(kept: IdempotencyKey, fingerprint: str) -> Response:
    if kept.fingerprint != fingerprint:
        raise IdempotencyKeyReused
    return Response(json.loads(kept.answer), status=kept.status, headers={REPLAYED: "true"})
