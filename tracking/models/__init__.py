from tracking.models.day_sum import DaySum
from tracking.models.departure import Departure
from tracking.models.event import TrackingEvent
from tracking.models.purge import Purge, PurgeDoor
from tracking.models.unrecorded import UnrecordedEvent
from tracking.models.verification import Verification

__all__ = ["DaySum", "Departure", "Purge", "PurgeDoor", "TrackingEvent", "UnrecordedEvent", "Verification"]
