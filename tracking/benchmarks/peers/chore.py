"""The product as it is: the event, the line of the audit log, the ring of the stream's bell."""

from contextlib import nullcontext as acting

from children.models import User
from tracking.models import TrackingEvent

__all__ = ["acting", "told", "watch"]


def watch() -> None:
    """It does already."""


def told(by: User) -> int:
    return TrackingEvent.objects.filter(user=by).count()
