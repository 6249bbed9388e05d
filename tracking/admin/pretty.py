import json
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString


def pretty_json(value: Any) -> SafeString:
    return format_html(
        '<pre class="json" dir="ltr">{}</pre>', speakable(json.dumps(value, indent=2, ensure_ascii=False))
    )


def speakable(text: str) -> str:
    """Without half characters, of which no page can be made: SQLite's JSON may hold some."""
    return text.encode("utf-8", "replace").decode()
