from django.contrib.auth import update_session_auth_hash
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from children.api.base import ChoreView
from children.api.permissions import MayLeave
from children.api.serializers.accounts import (
    MarkedSerializer,
    MeSerializer,
    PasswordAgainSerializer,
    PasswordChangeSerializer,
)
from children.api.serializers.base import EmptySerializer
from children.models import AuthToken
from children.services.deletions import request_deletion, withdraw_deletion
from children.services.logins import change_password


class MeView(ChoreView):
    """Who is asking, and as what."""

    @extend_schema(operation_id="me", responses={200: MeSerializer})
    def get(self, request: Request) -> Response:
        return Response(MeSerializer(self.user).data)


class PasswordView(ChoreView):
    """Change one's password. Every other token and session of this user ends."""

    slows_guessing = True

    @extend_schema(operation_id="change_password", request=PasswordChangeSerializer, responses={204: None})
    def post(self, request: Request) -> Response:
        serializer = PasswordChangeSerializer(data=request.data, context={"request": request})
        serializer.is_valid(raise_exception=True)
        token = request.auth if isinstance(request.auth, AuthToken) else None
        change_password(user=self.user, password=serializer.validated_data["new"], keep=token)
        if token is None:
            update_session_auth_hash(request._request, self.user)
        return Response(status=204)


class LeaveView(ChoreView):
    """Mark one's account for deletion. It works until it is due, and can be restored; then it is gone, with all that names it."""

    permission_classes = (MayLeave,)
    slows_guessing = True
    conflicts = {"post": ("last_admin",)}

    @extend_schema(operation_id="delete_me", request=PasswordAgainSerializer, responses={202: MarkedSerializer})
    def post(self, request: Request) -> Response:
        PasswordAgainSerializer(data=request.data, context={"request": request}).is_valid(raise_exception=True)
        return Response(MarkedSerializer(request_deletion(user=self.user)).data, status=202)


class RestoreView(ChoreView):
    """Take the mark back. An account that is not marked stays as it is."""

    permission_classes = (MayLeave,)

    @extend_schema(operation_id="restore_me", request=None, responses={200: MeSerializer})
    def post(self, request: Request) -> Response:
        EmptySerializer(data=request.data).is_valid(raise_exception=True)
        return Response(MeSerializer(withdraw_deletion(user=self.user)).data)
