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
from children.api.permissions import ParentsWriteFamilyReads
from children.api.serializers.base import EmptySerializer
from children.api.serializers.items import ActivationSerializer, ActivationWithChildSerializer
from children.models import Activation
from children.services.activations import cancel_activation

CANCELLED = OpenApiResponse(
    ActivationWithChildSerializer,
    "It is cancelled.",
    [
        OpenApiExample(
            "Cancelled",
            ActivationWithChildSerializer.example
            | {
                "cancelled_at": "2026-11-23T06:30:04.231445Z",
                "child": {"id": 1, "points": 0, "reserved": 0, "available": 0},
            },
        )
    ],
)


class ActivationFilter(filters.FilterSet):
    child_id = IntegerFilter(help_text="Whose points.")


class ActivationViewSet(ListModelMixin, ChoreViewSet):
    """What was applied to whom, newest first."""

    nouns = ("an activation", "activations")
    permission_classes = (ParentsWriteFamilyReads,)
    serializer_class = ActivationSerializer
    filterset_class = ActivationFilter
    queryset = Activation.objects.none()

    def get_queryset(self) -> QuerySet[Activation]:
        rows = Activation.objects.visible_to(self.user).newest_first()
        return rows if self.action == "list" else rows.select_related("child")  # whose family is locked

    @extend_schema(request=None, responses={200: CANCELLED})
    @action(detail=True, methods=["post"])
    @idempotent
    def cancel(self, request: Request, pk: int) -> Response:
        """Undo a wrong tap. Done before: answers the same, and changes nothing."""
        activation = self.get_object()
        EmptySerializer(data=request.data).is_valid(raise_exception=True)
        activation = cancel_activation(activation=activation, by=self.user)
        return Response(ActivationWithChildSerializer(activation).data)
