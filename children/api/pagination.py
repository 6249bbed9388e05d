from typing import Any

from rest_framework.pagination import LimitOffsetPagination
from rest_framework.request import Request

from children.api.parameters import integer_parameter


class StrictLimitOffsetPagination(LimitOffsetPagination):
    """DRF's, but that a malformed `limit` or `offset` is a 400 that names it; `limit` is clamped to `max_limit`."""

    default_limit = 50
    max_limit = 500
    parameters: tuple[str, ...] = ("limit", "offset")

    def get_limit(self, request: Request) -> int:
        limit = integer_parameter(request.query_params, "limit", minimum=1, default=self.default_limit)
        return min(limit, self.max_limit)

    def get_offset(self, request: Request) -> int:
        return integer_parameter(request.query_params, "offset", minimum=0, default=0)

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        described: dict[str, Any] = super().get_paginated_response_schema(schema)
        properties = described["properties"]
        properties["count"] |= {"example": 1, "description": "How many there are, on all pages."}
        properties["next"] |= {"example": None, "description": "The address of the next page. null: this is the last"}
        properties["previous"] |= {"example": None, "description": "That of the page before. null: this is the first"}
        return described

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        parameters = super().get_schema_operation_parameters(view)
        for parameter, minimum in zip(parameters, (1, 0), strict=True):
            parameter["schema"]["minimum"] = minimum
        return parameters
