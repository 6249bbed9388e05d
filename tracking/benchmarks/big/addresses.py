"""The site, and beside it what Django and DRF make of the same trail as they come."""

from django.urls import include, path

from tracking.benchmarks.admin_plain import plain_site
from tracking.benchmarks.lists_plain import PlainEvents

urlpatterns = [
    path("plain/events/", PlainEvents.as_view()),
    path("plain/admin/", plain_site.urls),
    path("", include("chore_project.urls")),
]
