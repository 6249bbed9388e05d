from datetime import UTC, datetime

from django.utils.translation import gettext_lazy as _
from knox.auth import TokenAuthentication as KnoxAuthentication
from knox.crypto import hash_token
from rest_framework.exceptions import AuthenticationFailed

from children.models import AuthToken, User


class TokenAuthentication(KnoxAuthentication):
    """knox's `Authorization: Bearer <token>`, in one query; odd bytes are refused before the database sees them."""

    def authenticate_credentials(self, token: bytes) -> tuple[User, AuthToken]:
        """Raises AuthenticationFailed for a token that is malformed, unknown or expired, or whose user is inactive."""
        try:
            digest = hash_token(token.decode("ascii"))
        except ValueError as error:  # not ASCII, not hexadecimal
            raise AuthenticationFailed(_("Invalid token.")) from error
        found = AuthToken.objects.select_related("user__family", "user__child").filter(digest=digest).first()
        if found is None or (found.expiry is not None and found.expiry <= datetime.now(UTC)):
            raise AuthenticationFailed(_("Invalid token."))
        return self.validate_user(found)
