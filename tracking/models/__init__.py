from tracking.models.event import TrackingEvent
from tracking.models.unrecorded import UnrecordedEvent

__all__ = ["TrackingEvent", "UnrecordedEvent"]
