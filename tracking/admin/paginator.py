from typing import TYPE_CHECKING, Any

from django.core import paginator
from django.core.paginator import Page

from tracking.models import TrackingEvent

if TYPE_CHECKING:
    Paginator = paginator.Paginator[TrackingEvent]
else:
    Paginator = paginator.Paginator

FAR = 1000  # events before a page


class TrailPaginator(Paginator):
    def page(self, number: Any) -> "Page[TrackingEvent]":
        """Look for the ids of a page far back, which stand in an index: PostgreSQL would read each row before it, to skip it."""
        page = super().page(number)
        if page.start_index() > FAR:
            ids = list(page.object_list.values_list("pk", flat=True))  # type: ignore[attr-defined]  # a QuerySet
            page.object_list = TrackingEvent.objects.filter(pk__in=ids).newest_first()
        return page
