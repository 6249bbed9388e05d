"""The same list, as DRF and django-filter come."""

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from rest_framework.generics import ListAPIView
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.permissions import IsAdminUser
from rest_framework.renderers import JSONRenderer
from rest_framework.serializers import ModelSerializer

from tracking.models import TrackingEvent
from tracking.models.plain_form import FIELDS


class PlainSerializer(ModelSerializer[TrackingEvent]):
    class Meta:
        model = TrackingEvent
        fields = FIELDS


class PlainFilter(filters.FilterSet):
    occurred_after = filters.IsoDateTimeFilter(field_name="occurred_at", lookup_expr="gte")
    occurred_before = filters.IsoDateTimeFilter(field_name="occurred_at", lookup_expr="lt")

    class Meta:
        model = TrackingEvent
        fields = ("child_id", "family_id", "entity_type", "action")


class PlainEvents(ListAPIView[TrackingEvent]):
    permission_classes = (IsAdminUser,)
    serializer_class = PlainSerializer
    pagination_class = LimitOffsetPagination
    filter_backends = (filters.DjangoFilterBackend,)
    filterset_class = PlainFilter
    renderer_classes = (JSONRenderer,)
    queryset: QuerySet[TrackingEvent] = QuerySet(TrackingEvent).order_by("-occurred_at", "-created_at", "-id")
