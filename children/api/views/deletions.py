from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from children.api.base import ChoreView, ChoreViewSet
from children.api.permissions import IsAdmin
from children.api.serializers.deletions import DeletionPolicySerializer, DeletionSerializer
from children.models import AccountDeletionPolicy, User
from children.services.deletions import change_policy


class DeletionPolicyView(ChoreView):
    """How long a marked account stays, in hours. A change holds for accounts already marked too."""

    permission_classes = (IsAdmin,)

    @extend_schema(
        operation_id="account_deletion_policy",
        summary="Read the policy of deletions",
        responses={200: DeletionPolicySerializer},
    )
    def get(self, request: Request) -> Response:
        return Response(DeletionPolicySerializer(AccountDeletionPolicy.objects.current()).data)

    @extend_schema(
        operation_id="change_account_deletion_policy",
        summary="Change the policy of deletions",
        request=DeletionPolicySerializer,
        responses={200: DeletionPolicySerializer},
    )
    def put(self, request: Request) -> Response:
        serializer = DeletionPolicySerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        policy = change_policy(by=self.user, **serializer.validated_data)
        return Response(DeletionPolicySerializer(policy).data)


class DeletionQueueViewSet(ListModelMixin, ChoreViewSet):
    """The accounts that are marked for deletion, the oldest request first."""

    nouns = ("an account", "accounts that are to be deleted")
    permission_classes = (IsAdmin,)
    serializer_class = DeletionSerializer
    queryset = User.objects.none()

    def get_queryset(self) -> QuerySet[User]:
        return User.objects.marked()
