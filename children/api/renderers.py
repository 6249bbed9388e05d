from typing import Any

from rest_framework.renderers import BrowsableAPIRenderer


class PlainBrowsableAPIRenderer(BrowsableAPIRenderer):
    """DRF's pages without what the CSP refuses for its inline styles: two menus (filters, extra actions), highlighted code."""

    def get_context(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context(*args, **kwargs), "code_style": None}

    def get_filter_form(self, *args: Any, **kwargs: Any) -> None:
        return None

    def get_extra_actions(self, *args: Any, **kwargs: Any) -> None:
        return None

    def render_form_for_serializer(self, *args: Any, **kwargs: Any) -> str:
        return ""  # the API takes JSON: the raw form below stays
