from django.urls import path
from rest_framework.routers import SimpleRouter

from tracking.api import views
from tracking.api.exports import CsvViewSet, JsonLinesViewSet
from tracking.api.stream import StreamView
from tracking.api.summary import SummaryView

router = SimpleRouter(use_regex_path=False)
router.register("tracking/events", views.TrackingEventViewSet, basename="tracking-event")

urlpatterns = [
    *router.urls,
    path("tracking/events.csv", CsvViewSet.as_view({"get": "list"}), name="tracking-events-csv"),
    path("tracking/events.jsonl", JsonLinesViewSet.as_view({"get": "list"}), name="tracking-events-jsonl"),
    path("tracking/summary/", SummaryView.as_view(), name="tracking-summary"),
    path("tracking/stream/", StreamView.as_view(), name="tracking-stream"),
]
