"""What every view of the API is built on."""

from typing import Any, ClassVar

from rest_framework.exceptions import NotAuthenticated, PermissionDenied
from rest_framework.mixins import (
    CreateModelMixin,
    DestroyModelMixin,
    ListModelMixin,
    RetrieveModelMixin,
    UpdateModelMixin,
)
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from children.api.authentication import READ_ONLY
from children.api.filters import known_filters
from children.api.parameters import refuse_malformed
from children.api.refusals import Refusal
from children.models import AuthToken, Family, User


class ChoreView(APIView):
    """Judges the credentials, then the role, then the query parameters; a read-only token never changes anything."""

    conflicts: ClassVar[dict[str, tuple[str, ...]]] = {}  # the codes of its 409s by action or method, for the schema
    nouns: ClassVar[tuple[str, str]]  # what one is, and many, where there are some; likewise
    refusals: ClassVar[dict[str, tuple[Refusal, ...]]] = {}  # likewise its own by status
    open_to_read_only_tokens = False

    @property
    def user(self) -> User:
        """Who is asking. Raises NotAuthenticated for anybody without credentials."""
        if not isinstance(self.request.user, User):
            raise NotAuthenticated
        return self.request.user

    @property
    def family(self) -> Family:
        """The family of who is asking. Raises PermissionDenied for who is in none."""
        if self.user.family is None:
            raise PermissionDenied
        return self.user.family

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        refuse_malformed(request.query_params, self.known_parameters())

    def check_permissions(self, request: Request) -> None:
        super().check_permissions(request)
        token = request.auth
        changes = request.method not in SAFE_METHODS and not self.open_to_read_only_tokens
        if changes and isinstance(token, AuthToken) and token.read_only:
            self.permission_denied(request, message=str(READ_ONLY.detail), code=READ_ONLY.code)

    def known_parameters(self) -> set[str]:
        return set()


class ChoreViewSet(ChoreView, GenericViewSet[Any]):
    lookup_value_converter = "int"

    def known_parameters(self) -> set[str]:
        if self.action != "list":
            return set()
        return {*getattr(self.paginator, "parameters", ()), *known_filters(self)}


class CrudViewSet(
    CreateModelMixin, RetrieveModelMixin, UpdateModelMixin, DestroyModelMixin, ListModelMixin, ChoreViewSet
):
    pass
