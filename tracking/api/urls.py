from django.urls import path
from rest_framework.routers import SimpleRouter

from tracking.api import views
from tracking.api.stream import StreamView

router = SimpleRouter(use_regex_path=False)
router.register("tracking/events", views.TrackingEventViewSet, basename="tracking-event")

urlpatterns = [*router.urls, path("tracking/stream/", StreamView.as_view(), name="tracking-stream")]
