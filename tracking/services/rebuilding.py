"""Writing the audit log again from the trail, while acts go on."""

from collections import deque
from pathlib import Path

from django.conf import settings

from children.models.user import Role
from tracking import audit_log, log_file
from tracking.log_folder import alone, draft_of, held, numbers_of
from tracking.models import TrackingEvent
from tracking.models.event_queryset import TrackingEventQuerySet
from tracking.models.plain_form import FIELDS, to_plain

CHUNK = 1000
LAST = 5000  # events that are looked at again: a log may hold events of several families, whose ids are not in the order of commits


def users_to_rebuild() -> list[int]:
    """Return the ids of users who have events, or a log."""
    acting = TrackingEvent.objects.exclude(user=None).order_by("user_id").values_list("user_id", flat=True).distinct()
    return sorted({*acting, *audit_log.users_with_log()})


def rebuild_user(user_id: int) -> int:
    """Write a user's log again; without events it goes. Returns the number of its events. Raises OSError."""
    return _rebuild(audit_log.log_named(f"user_{user_id}"), TrackingEvent.objects.filter(user_id=user_id))


def rebuild_system() -> int:
    """Write the log of what the system did again, as `rebuild_user` does."""
    return _rebuild(audit_log.log_named(audit_log.SYSTEM), _nobodys().filter(actor_role=Role.SYSTEM))


def rebuild_anonymized() -> int:
    """Write the log of users since forgotten again, as `rebuild_user` does."""
    return _rebuild(audit_log.log_named(audit_log.ANONYMIZED), _nobodys().exclude(actor_role=Role.SYSTEM))


def _nobodys() -> TrackingEventQuerySet:
    return TrackingEvent.objects.filter(user=None)


def _rebuild(log: Path, events: TrackingEventQuerySet) -> int:
    """Draft it beside the log; then make writers wait for what came meanwhile only, and put the draft in the log's place.

    A line that waits to be written then looks first whether it is there (`audit_log.write`).
    """
    draft, last = draft_of(log), deque[int](maxlen=LAST)
    with alone(log.parent):
        count = _write(draft, events, last)
        with held(log) as file:
            count += _write(draft, events, last)
            audit_log.note_changed()
            _put(draft, log)
            log_file.mark_replaced(file)
    return count


def _write(draft: Path, events: TrackingEventQuerySet, last: deque[int]) -> int:
    """Append the events that are not among the `last` ones, nor before them; count them, and add them to those."""
    begin, known, count = (last[0] if len(last) == LAST else 0), set(last), 0
    for row in events.filter(id__gte=begin).order_by("id").values(*FIELDS).iterator(CHUNK):
        if row["id"] not in known:
            text = audit_log.text_of(to_plain(row))
            log_file.append(draft, text, size=settings.AUDIT_LOG_BYTES, backups=settings.AUDIT_LOG_BACKUPS)
            last.append(row["id"])
            count += 1
    return count


def _put(draft: Path, log: Path) -> None:
    """Put the drafted files in the log's place, the current one last: till then nobody finds another to write to."""
    drafted = numbers_of(draft)
    for number in {*numbers_of(log)} - {0}:
        log_file.numbered(log, number).unlink()
    for number in sorted(drafted, reverse=True):
        log_file.numbered(draft, number).replace(log_file.numbered(log, number))
    if 0 not in drafted:
        log.unlink()
