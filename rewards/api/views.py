from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
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

ANSWERS = {201: RewardRequestWithChildSerializer, 200: RewardRequestWithChildSerializer}


def _answer(request: RewardRequest, *, new: bool = False) -> Response:
    return Response(RewardRequestWithChildSerializer(request).data, status=201 if new else 200)


class RewardViewSet(ItemViewSet):
    """What points buy."""

    queryset = Reward.objects.none()
    serializer_class = RewardSerializer
    conflicts = {"ask": ("insufficient_points",), "redeem": ("insufficient_points",)}

    def perform_destroy(self, instance: Any) -> None:
        archive_reward(reward=instance, by=self.user)

    @extend_schema(request=AskSerializer, responses=ANSWERS)
    @action(detail=True, methods=["post"], url_path="request", permission_classes=[InFamily])
    @idempotent
    def ask(self, request: Request, pk: int) -> Response:
        """Ask for it: its cost is reserved. Asked for already: 200 with that request."""
        reward = self.get_object()
        asked, new = request_reward(reward=reward, child=self._child(AskSerializer), by=self.user)
        return _answer(asked, new=new)

    @extend_schema(request=RedeemSerializer, responses=ANSWERS)
    @action(detail=True, methods=["post"], permission_classes=[IsParent])
    @idempotent
    def redeem(self, request: Request, pk: int) -> Response:
        """Give it without being asked, or redeem the request that is pending: then 200."""
        reward = self.get_object()
        redeemed, new = redeem_reward(reward=reward, child=self._child(RedeemSerializer), by=self.user)
        return _answer(redeemed, new=new)

    def _child(self, serializer_class: type[AskSerializer] | type[RedeemSerializer]) -> Child:
        serializer = serializer_class(data=self.request.data, context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        child: Child = serializer.validated_data["child"]
        return child


class RewardRequestFilter(filters.FilterSet):
    child_id = IntegerFilter()
    status = filters.ChoiceFilter(choices=RewardRequest.Status.choices)


class RewardRequestViewSet(ListModelMixin, ChoreViewSet):
    """What was asked for and what became of it, newest first."""

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

    @extend_schema(request=None, responses=RewardRequestWithChildSerializer)
    @action(detail=True, methods=["post"], permission_classes=[IsParent])
    @idempotent
    def redeem(self, request: Request, pk: int) -> Response:
        """Give what was asked for. Done before: answers the same, and changes nothing."""
        return _answer(redeem_request(request=self._request(), by=self.user))

    @extend_schema(request=None, responses=RewardRequestWithChildSerializer)
    @action(detail=True, methods=["post"])
    @idempotent
    def cancel(self, request: Request, pk: int) -> Response:
        """Deny it (a parent) or withdraw it (the child). Done before: answers the same, and changes nothing."""
        return _answer(cancel_request(request=self._request(), by=self.user))

    @extend_schema(request=None, responses=RewardRequestWithChildSerializer)
    @action(detail=True, methods=["post"], permission_classes=[IsParent])
    @idempotent
    def refund(self, request: Request, pk: int) -> Response:
        """Give back the points that were taken. Done before: answers the same, and changes nothing."""
        return _answer(refund_request(request=self._request(), by=self.user))

    def _request(self) -> RewardRequest:
        found: Any = self.get_object()
        EmptySerializer(data=self.request.data).is_valid(raise_exception=True)
        return found
