from tracking.models.event import TrackingEvent
from tracking.models.unrecorded import UnrecordedEvent
from tracking.models.verification import Verification

__all__ = ["TrackingEvent", "UnrecordedEvent", "Verification"]
