from tracking.admin import event, unrecorded, user, verification

__all__ = ["event", "unrecorded", "user", "verification"]
