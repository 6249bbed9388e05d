from typing import TYPE_CHECKING, Any

from django.core import paginator
from django.core.paginator import Page

from tracking.models import TrackingEvent
from tracking.models.event import FAR

if TYPE_CHECKING:
    Paginator = paginator.Paginator[TrackingEvent]
else:
    Paginator = paginator.Paginator


class TrailPaginator(Paginator):
    def page(self, number: Any) -> "Page[TrackingEvent]":
        page = super().page(number)
        if page.start_index() > FAR:
            page.object_list = page.object_list.by_ids()  # type: ignore[attr-defined]  # a TrackingEventQuerySet
        return page
