from tracking.admin import event, unrecorded, verification

__all__ = ["event", "unrecorded", "verification"]
