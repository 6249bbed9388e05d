from rest_framework.routers import SimpleRouter

from tracking.api import views

router = SimpleRouter(use_regex_path=False)
router.register("tracking/events", views.TrackingEventViewSet, basename="tracking-event")

urlpatterns = router.urls
