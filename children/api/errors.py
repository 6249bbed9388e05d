"""Every error in one form, `{"type", "errors": [{"code", "detail", "attr"}]}`; a refusal carries its numbers in `meta`."""

import sys
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.utils.translation import gettext_lazy as _
from django.views import defaults
from drf_standardized_errors.formatter import ExceptionFormatter
from drf_standardized_errors.handler import ExceptionHandler
from drf_standardized_errors.types import ErrorResponse
from rest_framework import exceptions

from children.errors import ActorGone, ActorMoved, ChoreError, Gone, UsernameTaken


class Refused(exceptions.APIException):
    """409: the rules refuse the act, and nothing was changed."""

    status_code = 409

    def __init__(self, error: ChoreError) -> None:
        super().__init__(str(error.message), error.code)
        self.meta = error.meta


class Unavailable(exceptions.APIException):
    """503: the database does not answer in time. Unless it was lost at the very COMMIT, nothing was changed."""

    status_code = 503
    default_code = "unavailable"
    default_detail = _("The server is busy. Try again.")
    wait = 1


class ChoreExceptionHandler(ExceptionHandler):
    def convert_known_exceptions(self, exc: Exception) -> Exception:
        if isinstance(exc, ChoreError):
            return _refusal(exc)
        if isinstance(exc, SuspiciousOperation | UnreadablePostError):
            return exceptions.ParseError()
        if is_outage(exc):
            return Unavailable()
        return super().convert_known_exceptions(exc)


class ChoreExceptionFormatter(ExceptionFormatter):
    def format_error_response(self, error_response: ErrorResponse) -> dict[str, Any]:
        body = super().format_error_response(error_response)
        for error in body["errors"]:
            error["detail"] = _sendable(error["detail"])
            error["attr"] = error["attr"] and _sendable(error["attr"])
            if meta := getattr(self.exc, "meta", None):
                error["meta"] = meta
        return body


def _refusal(error: ChoreError) -> exceptions.APIException:
    if isinstance(error, ActorGone):
        gone = exceptions.NotAuthenticated(error.message)
        gone.auth_header = "Bearer"  # type: ignore[attr-defined] # as DRF sets it on its own
        return gone
    if isinstance(error, ActorMoved):
        return exceptions.PermissionDenied()
    if isinstance(error, Gone):
        return exceptions.NotFound()
    if isinstance(error, UsernameTaken):
        return exceptions.ValidationError({"username": [exceptions.ErrorDetail(str(error.message), error.code)]})
    return Refused(error)


def _sendable(text: str) -> str:
    """An error may quote the request, and JSON can smuggle in half a surrogate pair that no encoder takes."""
    return text.encode("utf-8", "replace").decode()


def is_outage(error: BaseException | None) -> bool:
    """Whether the database did not answer, or not in time."""
    return isinstance(error, OperationalError | InterfaceError)


def is_api(request: HttpRequest) -> bool:
    return request.path_info.startswith("/api/")


def error_response(status: int, code: str, detail: str) -> JsonResponse:
    """The same form, for what goes wrong before or beside a view of the API."""
    kind = "server_error" if status >= 500 else "client_error"
    return JsonResponse({"type": kind, "errors": [{"code": code, "detail": detail, "attr": None}]}, status=status)


def ask_again_later(request: HttpRequest, status: int, code: str, text: str, *, seconds: int) -> HttpResponse:
    """With Retry-After; in the API in its form, elsewhere as a plain text."""
    response = error_response(status, code, text) if is_api(request) else HttpResponse(text, status=status)
    response["Retry-After"] = str(seconds)
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if is_api(request):
        return error_response(400, "parse_error", str(exceptions.ParseError.default_detail))
    return defaults.bad_request(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if is_api(request):
        return error_response(404, "not_found", str(exceptions.NotFound.default_detail))
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's last word. Where the database is to blame, outside a view of the API, that is a 503 as it is in one."""
    if is_outage(sys.exc_info()[1]):
        return ask_again_later(
            request, 503, Unavailable.default_code, str(Unavailable.default_detail), seconds=Unavailable.wait
        )
    if is_api(request):
        return error_response(500, "error", str(exceptions.APIException.default_detail))
    return defaults.server_error(request)
