from collections.abc import Mapping
from typing import Any

import orjson
from rest_framework.renderers import JSONRenderer

ESCAPED = {b"\xe2\x80\xa8": rb"\u2028", b"\xe2\x80\xa9": rb"\u2029"}  # what JSON lets stand and JavaScript once did not


class EscapingRenderer(JSONRenderer):
    ensure_ascii = True


class TrailRenderer(JSONRenderer):
    """DRF's JSON, byte for byte, by orjson, but for floats that Python writes with an exponent: there are none but by somebody's own SQL.

    What orjson refuses, such as an integer above 64 bits, DRF renders. Half a surrogate pair, which UTF-8 cannot hold, is escaped.
    """

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        context = dict(renderer_context or {})
        try:
            if data is not None and self.get_indent(accepted_media_type or "", context) is None:
                return _fast(data)
        except TypeError:  # orjson's refusal
            pass
        try:
            return super().render(data, accepted_media_type, context)
        except UnicodeEncodeError:
            return EscapingRenderer().render(data, accepted_media_type, context)


def _fast(data: Any) -> bytes:
    """Raises TypeError for what JSON has no one form for."""
    text = orjson.dumps(data, option=orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS)
    for bare, escaped in ESCAPED.items():
        text = text.replace(bare, escaped)
    return text
