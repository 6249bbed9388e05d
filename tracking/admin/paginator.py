from typing import TYPE_CHECKING, Any

from django.core import paginator
from django.core.paginator import Page

from tracking.models import TrackingEvent

if TYPE_CHECKING:
    Paginator = paginator.Paginator[TrackingEvent]
else:
    Paginator = paginator.Paginator


class TrailPaginator(Paginator):
    def page(self, number: Any) -> "Page[TrackingEvent]":
        page = super().page(number)
        page.object_list = page.object_list.skipping_in_index()  # type: ignore[attr-defined]  # a TrackingEventQuerySet
        return page
