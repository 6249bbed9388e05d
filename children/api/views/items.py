from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from children.api.base import CrudViewSet
from children.api.idempotency import idempotent
from children.api.permissions import ParentsWriteFamilyReads
from children.api.serializers.items import (
    ActivateSerializer,
    ActivationWithChildSerializer,
    PenaltySerializer,
    TaskSerializer,
)
from children.models import Item, Penalty, Task
from children.services.activations import activate
from children.services.items import archive_item, create_item, edit_item


class ItemViewSet(CrudViewSet):
    """What a family keeps a list of. Deleting one archives it."""

    permission_classes = (ParentsWriteFamilyReads,)
    queryset: Any

    def get_queryset(self) -> QuerySet[Any]:
        return self.queryset.model.objects.visible_to(self.user).order_by("id")

    def perform_create(self, serializer: Any) -> None:
        serializer.instance = create_item(
            model=self.queryset.model, family=self.family, by=self.user, **serializer.validated_data
        )

    def perform_update(self, serializer: Any) -> None:
        serializer.instance = edit_item(item=serializer.instance, by=self.user, **serializer.validated_data)

    def perform_destroy(self, instance: Item) -> None:
        archive_item(item=instance, by=self.user)


class ActivatableViewSet(ItemViewSet):
    @extend_schema(request=ActivateSerializer, responses={201: ActivationWithChildSerializer})
    @action(detail=True, methods=["post"])
    @idempotent
    def activate(self, request: Request, pk: int) -> Response:
        """Apply it to a child. Each repeat is an act of its own, unless it is sent again under its `Idempotency-Key`."""
        entity = self.get_object()
        serializer = ActivateSerializer(data=request.data, context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        activation = activate(entity=entity, child=serializer.validated_data["child"], by=self.user)
        return Response(ActivationWithChildSerializer(activation).data, status=201)


class TaskViewSet(ActivatableViewSet):
    """What gives points. Deleting one archives it."""

    nouns = ("a task", "tasks")
    queryset = Task.objects.none()
    serializer_class = TaskSerializer


class PenaltyViewSet(ActivatableViewSet):
    """What takes points. Deleting one archives it."""

    nouns = ("a penalty", "penalties")
    queryset = Penalty.objects.none()
    serializer_class = PenaltySerializer
