"""What django-axes asks of us: where a request comes from, whom it is about, and what to answer who guesses passwords."""

import ipaddress
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from children.api.errors import ask_again_later
from children.api.refusals import Refusal

LOCKED_OUT = Refusal("throttled", _("Too many failed logins. Try again later."))


def client_address(request: HttpRequest) -> str | None:
    """Return the peer's address; None for a Unix socket, or where a proxy put something else there."""
    try:
        return str(ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")))
    except ValueError:
        return None


def client_username(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str | None:
    """Return who is guessed, cut to what the table of failures holds: Django's login forms take any length."""
    username = (credentials or request.POST).get("username")
    return username and username[:255]


def lockout_response(request: HttpRequest, *_args: Any) -> HttpResponse:
    """429 with Retry-After. Each further guess starts the cool-off anew, so what is left is always all of it."""
    seconds = int(settings.AXES_COOLOFF_TIME.total_seconds())
    return ask_again_later(request, 429, LOCKED_OUT.code, str(LOCKED_OUT.detail), seconds=seconds)
