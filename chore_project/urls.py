from django.contrib import admin
from django.templatetags.static import static
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from children.api.documentation import DocumentationView, SchemaView
from tracking.api.health import healthz, readyz

api: list[URLPattern | URLResolver] = [
    path("", include("children.api.urls")),
    path("", include("rewards.api.urls")),
    path("", include("tracking.api.urls")),
    path("schema/", SchemaView.as_view(), name="schema"),
    path("docs/", DocumentationView.as_view(url_name="schema"), name="docs"),
]
urlpatterns = [
    path("", RedirectView.as_view(url="/admin/")),
    path("admin/", admin.site.urls),
    path("api/v1/", include(api)),
    path("api-auth/", include("rest_framework.urls")),
    path("favicon.ico", RedirectView.as_view(url=static("children/icon.svg"))),
    path("healthz", healthz),
    path("readyz", readyz),
]
handler400 = "children.api.errors.bad_request"
handler404 = "children.api.errors.not_found"
handler500 = "children.api.errors.server_error"
