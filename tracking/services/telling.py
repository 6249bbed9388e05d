"""What is done with an event once it is there for good: one line in the audit log, one ring of the stream's bell."""

from django.db import transaction

from tracking import audit_log
from tracking.models import TrackingEvent
from tracking.stream import bell


def tell_on_commit(event: TrackingEvent) -> None:
    """Tell of an event that its transaction has inserted. Whatever fails then is logged, and does not reach who acted."""
    line = audit_log.prepare(event)
    transaction.on_commit(lambda: audit_log.write(line), robust=True)
    transaction.on_commit(lambda: bell.ring(event), robust=True)
