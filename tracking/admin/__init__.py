from tracking.admin import event, unrecorded

__all__ = ["event", "unrecorded"]
