from typing import Any

from django.db.models import QuerySet

from children.api.base import CrudViewSet
from children.api.permissions import ParentsWriteFamilyReads
from children.api.serializers.children import ChildSerializer
from children.models import Child
from children.services.children import create_child, edit_child, remove_child


class ChildViewSet(CrudViewSet):
    """The children of the family with their points; a child sees itself.

    A username and a password make a login for the child, or change the one that it has. Deleted, it keeps its trail, without its name.
    """

    nouns = ("a child", "children")
    permission_classes = (ParentsWriteFamilyReads,)
    serializer_class = ChildSerializer
    queryset = Child.objects.none()

    def get_queryset(self) -> QuerySet[Child]:
        return Child.objects.visible_to(self.user).select_related("login").order_by("id")

    def perform_create(self, serializer: Any) -> None:
        serializer.instance = create_child(family=self.family, by=self.user, **serializer.validated_data)

    def perform_update(self, serializer: Any) -> None:
        serializer.instance = edit_child(child=serializer.instance, by=self.user, **serializer.validated_data)

    def perform_destroy(self, instance: Child) -> None:
        remove_child(child=instance, by=self.user)
