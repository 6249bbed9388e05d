from datetime import UTC, datetime
from typing import Any

from django.contrib.auth import authenticate, logout
from django.contrib.auth.signals import user_logged_in
from django.db import transaction
from django.db.models import Q, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.mixins import DestroyModelMixin, ListModelMixin
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from children.api.base import ChoreView, ChoreViewSet
from children.api.serializers.accounts import LoggedInSerializer, LoginSerializer, TokenSerializer
from children.api.serializers.base import EmptySerializer
from children.locks import lock_actor
from children.models import AuthToken, User
from children.services.logins import revoke_tokens


class LoginView(ChoreView):
    """Exchange a username and a password for a token."""

    authentication_classes = ()  # a stale token in the header must not stand in the way of a new one
    permission_classes = (AllowAny,)
    slows_guessing = True

    def get_authenticate_header(self, request: Request) -> str:
        return "Bearer"

    @extend_schema(operation_id="login", request=LoginSerializer, responses={200: LoggedInSerializer})
    def post(self, request: Request) -> Response:
        serializer = LoginSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        wanted = serializer.validated_data
        # Under Django's own request: axes marks it, and its middleware answers who guesses with 429.
        user = authenticate(request._request, username=wanted["username"], password=wanted["password"])
        if user is None:
            raise AuthenticationFailed
        token, text = _issue_token(request, user, name=wanted["name"], read_only=wanted["read_only"])
        return Response(LoggedInSerializer({"token": text, "expiry": token.expiry, "user": token.user}).data)


@transaction.atomic
def _issue_token(request: Request, user: Any, **kwargs: Any) -> tuple[AuthToken, str]:
    locked = lock_actor(user)  # deleted meanwhile: 401
    if locked is None or locked.password != user.password:  # changed meanwhile, and every other token ended
        raise AuthenticationFailed
    token, text = AuthToken.objects.create(user=locked, **kwargs)
    user_logged_in.send(sender=User, request=request._request, user=locked)
    return token, text


class LogoutView(ChoreView):
    """End this token, or this session."""

    open_to_read_only_tokens = True

    @extend_schema(operation_id="logout", request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        EmptySerializer(data=request.data).is_valid(raise_exception=True)
        if isinstance(request.auth, AuthToken):
            request.auth.delete()
        else:
            logout(request._request)
        return Response(status=204)


class LogoutAllView(ChoreView):
    """End every token of this user, and this session."""

    @extend_schema(operation_id="logout_all", request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        EmptySerializer(data=request.data).is_valid(raise_exception=True)
        revoke_tokens(self.user)
        if not isinstance(request.auth, AuthToken):
            logout(request._request)
        return Response(status=204)


class TokenViewSet(ListModelMixin, DestroyModelMixin, ChoreViewSet):
    """The user's own tokens that are still good; the secret itself is shown once, by `login`."""

    nouns = ("a token", "one's tokens")
    serializer_class = TokenSerializer
    queryset = AuthToken.objects.none()
    lookup_field = "uid"
    lookup_url_kwarg = "id"
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[AuthToken]:
        good = Q(expiry=None) | Q(expiry__gt=datetime.now(UTC))
        return AuthToken.objects.filter(good, user=self.request.user.pk).order_by("created", "digest")
