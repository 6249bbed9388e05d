from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from children.api.base import ChoreViewSet
from children.api.filters import IntegerFilter
from children.api.idempotency import idempotent
from children.api.permissions import InFamily, IsParent
from children.api.serializers.base import EmptySerializer
from children.api.views.items import ItemViewSet
from children.models import Child
from rewards.api.serializers import (
    AskSerializer,
    RedeemSerializer,
    RewardRequestSerializer,
    RewardRequestWithChildSerializer,
    RewardSerializer,
)
from rewards.models import Reward, RewardRequest
from rewards.services.requests import cancel_request, redeem_request, redeem_reward, refund_request, request_reward
from rewards.services.rewards import archive_reward


def _told(text: str, status: RewardRequest.Status, *, points: int, reserved: int = 0) -> OpenApiResponse:
    """An answer in the schema: what became of a request, and of the child's points."""
    settled_at = None if status == RewardRequest.Status.PENDING else "2026-11-23T06:30:03.999211Z"
    child = {"id": 1, "points": points, "reserved": reserved, "available": points - reserved}
    sample = RewardRequestSerializer.example | {"status": status.value, "settled_at": settled_at, "child": child}
    return OpenApiResponse(RewardRequestWithChildSerializer, text, [OpenApiExample(status.name.title(), sample)])


PENDING, REDEEMED, CANCELLED, REFUNDED = RewardRequest.Status
ASKED = {
    201: _told("It was asked for.", PENDING, points=25, reserved=20),
    200: _told(
        "It was asked for before: the request that is pending. Nothing was changed.", PENDING, points=25, reserved=20
    ),
}
GIVEN = {
    201: _told("It was given without a request.", REDEEMED, points=5),
    200: _told("It was given as it was asked for.", REDEEMED, points=5),
}


def _answer(request: RewardRequest, *, new: bool = False) -> Response:
    return Response(RewardRequestWithChildSerializer(request).data, status=201 if new else 200)


class RewardViewSet(ItemViewSet):
    """What points buy. Deleting one archives it, and cancels what is pending."""

    nouns = ("a reward", "rewards")
    queryset = Reward.objects.none()
    serializer_class = RewardSerializer
    conflicts = {"ask": ("insufficient_points",), "redeem": ("insufficient_points",)}

    def perform_destroy(self, instance: Any) -> None:
        archive_reward(reward=instance, by=self.user)

    @extend_schema(request=AskSerializer, responses=ASKED)
    @action(detail=True, methods=["post"], url_path="request", permission_classes=[InFamily])
    @idempotent
    def ask(self, request: Request, pk: int) -> Response:
        """Ask for it. Its cost is reserved until the request is settled."""
        reward = self.get_object()
        asked, new = request_reward(reward=reward, child=self._child(AskSerializer), by=self.user)
        return _answer(asked, new=new)

    @extend_schema(request=RedeemSerializer, responses=GIVEN)
    @action(detail=True, methods=["post"], permission_classes=[IsParent])
    @idempotent
    def redeem(self, request: Request, pk: int) -> Response:
        """Give it. Where the child has asked for it, that request is redeemed."""
        reward = self.get_object()
        redeemed, new = redeem_reward(reward=reward, child=self._child(RedeemSerializer), by=self.user)
        return _answer(redeemed, new=new)

    def _child(self, serializer_class: type[AskSerializer] | type[RedeemSerializer]) -> Child:
        serializer = serializer_class(data=self.request.data, context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        child: Child = serializer.validated_data["child"]
        return child


class RewardRequestFilter(filters.FilterSet):
    child_id = IntegerFilter(help_text="Whose points.")
    status = filters.ChoiceFilter(choices=RewardRequest.Status.choices)


class RewardRequestViewSet(ListModelMixin, ChoreViewSet):
    """What was asked for and what became of it, newest first."""

    nouns = ("a request", "requests")
    permission_classes = (InFamily,)
    serializer_class = RewardRequestSerializer
    filterset_class = RewardRequestFilter
    queryset = RewardRequest.objects.none()
    conflicts = {
        "redeem": ("insufficient_points", "already_cancelled", "already_refunded"),
        "cancel": ("already_redeemed", "already_refunded"),
        "refund": ("not_redeemed",),
    }

    def get_queryset(self) -> QuerySet[RewardRequest]:
        rows = RewardRequest.objects.visible_to(self.user).newest_first()
        return rows if self.action == "list" else rows.select_related("child")  # whose family is locked

    @extend_schema(request=None, responses={200: _told("It is redeemed.", REDEEMED, points=5)})
    @action(detail=True, methods=["post"], permission_classes=[IsParent])
    @idempotent
    def redeem(self, request: Request, pk: int) -> Response:
        """Give what was asked for. Done before: answers the same, and changes nothing."""
        return _answer(redeem_request(request=self._request(), by=self.user))

    @extend_schema(request=None, responses={200: _told("It is cancelled.", CANCELLED, points=25)})
    @action(detail=True, methods=["post"])
    @idempotent
    def cancel(self, request: Request, pk: int) -> Response:
        """Deny it (a parent) or withdraw it (the child). Done before: answers the same, and changes nothing."""
        return _answer(cancel_request(request=self._request(), by=self.user))

    @extend_schema(request=None, responses={200: _told("It is refunded.", REFUNDED, points=25)})
    @action(detail=True, methods=["post"], permission_classes=[IsParent])
    @idempotent
    def refund(self, request: Request, pk: int) -> Response:
        """Give back the points that were taken. Done before: answers the same, and changes nothing."""
        return _answer(refund_request(request=self._request(), by=self.user))

    def _request(self) -> RewardRequest:
        found: Any = self.get_object()
        EmptySerializer(data=self.request.data).is_valid(raise_exception=True)
        return found
