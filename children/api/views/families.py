from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.mixins import CreateModelMixin, DestroyModelMixin, ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from children.api.base import ChoreView, ChoreViewSet
from children.api.permissions import IsParent, MakesFamilies, ParentsWriteFamilyReads
from children.api.serializers.families import (
    FamilySerializer,
    FamilyWithParentSerializer,
    NewFamilySerializer,
    ParentReferenceSerializer,
    ParentSerializer,
)
from children.models import User
from children.services.families import create_family, edit_family, remove_parent
from children.services.logins import add_parent


class FamiliesView(ChoreView):
    """Make a family and its first parent. Admins do; and anybody, where registration is open."""

    permission_classes = (MakesFamilies,)

    @extend_schema(
        operation_id="create_family", request=NewFamilySerializer, responses={201: FamilyWithParentSerializer}
    )
    def post(self, request: Request) -> Response:
        serializer = NewFamilySerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        family, parent = create_family(**serializer.validated_data)
        family.parent = parent  # type: ignore[attr-defined]
        return Response(FamilyWithParentSerializer(family).data, status=201)


class FamilyView(ChoreView):
    """The user's own family."""

    permission_classes = (ParentsWriteFamilyReads,)

    @extend_schema(operation_id="family", summary="Read the family", responses={200: FamilySerializer})
    def get(self, request: Request) -> Response:
        return Response(FamilySerializer(self.family).data)

    @extend_schema(
        operation_id="edit_family",
        summary="Change the family",
        request=FamilySerializer,
        responses={200: FamilySerializer},
    )
    def patch(self, request: Request) -> Response:
        serializer = FamilySerializer(self.family, data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        family = edit_family(family=self.family, by=self.user, **serializer.validated_data)
        return Response(FamilySerializer(family).data)


@extend_schema_view(destroy=extend_schema(summary="Take a parent out of the family"))
class ParentViewSet(CreateModelMixin, ListModelMixin, DestroyModelMixin, ChoreViewSet):
    """The parents of the family, equals. Who is taken out keeps the account, in no family; its tokens end."""

    nouns = ("a parent", "parents")
    permission_classes = (IsParent,)
    serializer_class = ParentSerializer
    queryset = User.objects.none()
    conflicts = {"destroy": ("last_parent",)}

    def get_queryset(self) -> QuerySet[User]:
        return User.objects.parents_of(self.family)

    @extend_schema(request=ParentSerializer, responses={201: ParentReferenceSerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().create(request, *args, **kwargs)

    def perform_create(self, serializer: Any) -> None:
        serializer.instance = add_parent(family=self.family, by=self.user, **serializer.validated_data)

    def perform_destroy(self, instance: User) -> None:
        remove_parent(parent=instance, by=self.user)
