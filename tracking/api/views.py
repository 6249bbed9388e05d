from django.db.models import QuerySet
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.renderers import BaseRenderer

from children.api.base import ChoreViewSet
from children.api.permissions import SeesTrail
from children.api.renderers import PlainBrowsableAPIRenderer
from tracking.api.filters import TrackingEventFilter
from tracking.api.pagination import TrailPagination
from tracking.api.renderers import TrailRenderer
from tracking.api.serializers import TrackingEventSerializer
from tracking.models import TrackingEvent


class TrackingEventViewSet(ListModelMixin, RetrieveModelMixin, ChoreViewSet):
    """The trail, newest first: an admin sees all of it, a parent the family's, a child its own."""

    nouns = ("an event", "events")
    permission_classes = (SeesTrail,)
    renderer_classes: tuple[type[BaseRenderer], ...] = (TrailRenderer, PlainBrowsableAPIRenderer)
    serializer_class = TrackingEventSerializer
    filterset_class = TrackingEventFilter
    pagination_class = TrailPagination
    queryset = TrackingEvent.objects.none()

    def get_queryset(self) -> QuerySet[TrackingEvent]:
        return TrackingEvent.objects.visible_to(self.user).newest_first()

    def known_parameters(self) -> set[str]:
        known = super().known_parameters()
        return known if self.user.is_admin else known - TrackingEventFilter.FOR_ADMINS
