from threading import Lock
from typing import Any

from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from children.api.base import ChoreView
from children.api.parameters import refuse_malformed


class ErrorsInJSON(APIView):
    """For views that answer in another form, which has no word for errors, and none for OPTIONS."""

    http_method_names = ["get", "head"]

    def handle_exception(self, exc: Exception) -> Response:
        self.request.accepted_renderer, self.request.accepted_media_type = JSONRenderer(), JSONRenderer.media_type
        return super().handle_exception(exc)


class SchemaView(ErrorsInJSON, ChoreView, SpectacularAPIView):
    # drf-spectacular loads its extensions with the first schema, and in two threads at once loses some for good.
    one_by_one = Lock()

    def _get_schema_response(self, request: Request) -> Response:
        with self.one_by_one:
            return super()._get_schema_response(request)


class DocumentationView(ErrorsInJSON, SpectacularSwaggerSplitView):
    template_name = "rest_framework/documentation.html"

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.query_params.dict() != {"script": ""}:  # how the page asks for its own script
            refuse_malformed(request.query_params, set())
