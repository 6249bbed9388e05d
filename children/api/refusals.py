from typing import Any, NamedTuple

from django.utils.functional import Promise
from rest_framework.exceptions import ErrorDetail


class Refusal(NamedTuple):
    """An error as the schema tells of it. A view, a serializer or a set of filters that has words of its own names them in `refusals`."""

    code: str
    detail: str | Promise
    attr: str | None = None
    meta: dict[str, int] | None = None

    @property
    def name(self) -> str:
        return f"{self.attr}.{self.code}" if self.attr else self.code

    @property
    def as_detail(self) -> ErrorDetail:
        return ErrorDetail(str(self.detail), self.code)

    def body(self, status: int) -> dict[str, Any]:
        """Return the answer that it comes with."""
        malformed = status == 400 and self.code != "parse_error"
        kind = "validation_error" if malformed else "server_error" if status >= 500 else "client_error"
        error: dict[str, Any] = {"code": self.code, "detail": self.detail, "attr": self.attr}
        return {"type": kind, "errors": [error | ({"meta": self.meta} if self.meta else {})]}
