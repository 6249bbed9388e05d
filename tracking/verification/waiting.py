from children.models import Child
from tracking.models import UnrecordedEvent
from tracking.models.plain_form import InvalidEvent
from tracking.verification.finding import Finding
from tracking.verification.told import Told, told_by


def waiting_of(child: Child) -> tuple[list[Told], list[Finding]]:
    """Return the events of a child that wait to be recorded, in the order of their sequence, and those that cannot be read."""
    waiting, unreadable = [], []
    for row in UnrecordedEvent.objects.filter(child_id=child.pk).order_by("sequence", "pk"):
        try:
            waiting.append(told_by(row.to_event()))
        except InvalidEvent as error:
            detail = f"it waits, and cannot be read: {error}"
            unreadable.append(Finding("leftover", detail, child.family_id, child.pk, row.sequence))
    return waiting, unreadable
