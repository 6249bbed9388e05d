from typing import Any

from django.utils import translation
from drf_spectacular.generators import SchemaGenerator


class EnglishGenerator(SchemaGenerator):
    """Whatever language a reader asks for: the schema is one text."""

    def get_schema(self, *args: Any, **kwargs: Any) -> Any:
        with translation.override("en"):
            return super().get_schema(*args, **kwargs)
