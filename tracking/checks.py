from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register


@register()
def one_process_or_redis(**kwargs: Any) -> list[CheckMessage]:
    """An act in one process would not be heard by the streams of another."""
    if settings.PROCESSES > 1 and not settings.REDIS:
        return [
            Error(
                f"{settings.PROCESSES} processes serve, and nothing joins them: streams would show late what others did.",
                hint="Set REDIS_URL, or serve from one process (CHORE_PROCESSES, WEB_CONCURRENCY).",
                id="tracking.E001",
            )
        ]
    return []
