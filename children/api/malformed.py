from collections.abc import Callable
from typing import Any

from django.core.handlers.asgi import ASGIRequest
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from children.api.errors import error_response, is_api
from children.api.refusals import Refusal

NOT_UTF8 = Refusal("unsupported_media_type", _("Only UTF-8 is understood."))
HOLDS_NUL = Refusal("parse_error", _("Malformed request."))
CHARSETS = {"utf-8", "utf8", "us-ascii", "ascii"}


class RefuseMalformed:
    """Answer what Django would choke on: a charset that is no text encoding (`charset=hex`), and NUL, which PostgreSQL cannot store.

    A cookie can smuggle one in as an octal escape. In the API a NUL in a parameter is left to the view, which names the parameter.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        charset = (request.content_params or {}).get("charset", "utf-8")
        if charset.lower() not in CHARSETS:
            request.encoding = "utf-8"
            return error_response(415, NOT_UTF8.code, str(NOT_UTF8.detail))
        if self._holds_nul(request):
            return error_response(400, HOLDS_NUL.code, str(HOLDS_NUL.detail))
        return self.get_response(request)

    def _holds_nul(self, request: HttpRequest) -> bool:
        if any("\0" in value for value in request.COOKIES.values()):
            return True
        return not is_api(request) and "%00" in request.META.get("QUERY_STRING", "")


class _Readable(HttpRequest):
    """Takes a Content-Type that cannot even be parsed for one that nobody understands; Django fails before any middleware runs."""

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        try:
            super()._set_content_type_params(meta)  # type: ignore[misc]
        except ValueError:  # NUL as the charset, or a parameter in an encoding that there is not: charset*=utf-8''%00
            meta["CONTENT_TYPE"] = "application/octet-stream"
            super()._set_content_type_params(meta)  # type: ignore[misc]


class ReadableASGIRequest(_Readable, ASGIRequest):
    pass


class ReadableWSGIRequest(_Readable, WSGIRequest):
    pass
