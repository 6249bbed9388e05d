from datetime import UTC, datetime

from django.contrib.auth import get_user
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from knox.auth import TokenAuthentication as KnoxAuthentication
from knox.crypto import hash_token
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from children.api.refusals import Refusal
from children.models import AuthToken, User

READ_ONLY = Refusal("read_only_token", _("This token is for reading only."))
INVALID = Refusal("authentication_failed", _("Invalid token."))


class TokenAuthentication(KnoxAuthentication):
    """knox's `Authorization: Bearer <token>`, in one query; odd bytes are refused before the database sees them."""

    def authenticate_credentials(self, token: bytes) -> tuple[User, AuthToken]:
        """Raises AuthenticationFailed for a token that is malformed, unknown or expired, or whose user is inactive."""
        try:
            digest = hash_token(token.decode("ascii"))
        except ValueError as error:  # not ASCII, not hexadecimal
            raise AuthenticationFailed(INVALID.as_detail) from error
        found = AuthToken.objects.select_related("user__family", "user__child").filter(digest=digest).first()
        if found is None or (found.expiry is not None and found.expiry <= datetime.now(UTC)):
            raise AuthenticationFailed(INVALID.as_detail)
        return self.validate_user(found)


def identify_again(request: Request) -> User | None:
    """Judge the credentials of a request anew, as if it came now: a token, or a session read again. None if they are good no more."""
    asked: HttpRequest = request._request
    asked.session = type(asked.session)(asked.session.session_key)
    asked.user = get_user(asked)
    try:
        user = Request(asked, authenticators=request.authenticators).user  # type: ignore[arg-type]
    except AuthenticationFailed:
        return None
    return user if user.is_authenticated else None
