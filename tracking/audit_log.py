"""The audit log: a file per acting user, a line of JSON per event, rotated by size. The trail is the truth, this is a copy to read with plain tools.

Across processes `sequence`, not the line, is the order.
"""

import json
import logging
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from time import monotonic, time_ns
from typing import Any, NamedTuple

from django.conf import settings
from django.db import Error

from children.models.user import Role
from tracking import log_file
from tracking.models import TrackingEvent

NOBODYS = SYSTEM, ANONYMIZED = "system", "anonymized"  # the logs of what the system did, and of users since forgotten
USERS_LOG = re.compile(r"tracking_user_([0-9]+)\.log(?:\.[0-9]+)?")
RECENT = 60  # seconds

logger = logging.getLogger(__name__)


@dataclass
class Failures:
    """What this process could not write."""

    count: int = 0
    last: str | None = None  # None once a line could be written again
    last_at: float = 0  # by the monotonic clock
    _lock: Lock = field(default_factory=Lock)

    def add(self, error: OSError | Error) -> None:
        with self._lock:
            self.count += 1
        self.last, self.last_at = type(error).__name__, monotonic()

    @property
    def recent(self) -> str | None:
        """The last one, but not for ever: who sends no acts to a server that is not ready would never learn that it is again."""
        return self.last if monotonic() - self.last_at < RECENT else None


failures = Failures()


class Line(NamedTuple):
    path: Path
    event_id: int
    text: bytes
    user_id: int | None
    changed_at: int | None  # when a log was last written anew, as seen before the commit


def log_named(name: str) -> Path:
    return Path(settings.LOG_DIR, f"tracking_{name}.log")


def log_of(user_id: int | None, actor_role: str = Role.SYSTEM) -> Path:
    """Return the log of an acting user, or of what nobody did."""
    if user_id is not None:
        return log_named(f"user_{user_id}")
    return log_named(SYSTEM if actor_role == Role.SYSTEM else ANONYMIZED)


def users_with_log() -> set[int]:
    """Return the ids of users who have a log, or a rotated part of one."""
    logs = (USERS_LOG.fullmatch(path.name) for path in Path(settings.LOG_DIR).glob("tracking_user_*"))
    return {int(log[1]) for log in logs if log}


def text_of(plain: Mapping[str, Any]) -> bytes:
    """Return the line of an event in its plain form; whatever a task may be called, it is ASCII, and one line."""
    return f"{json.dumps(plain)}\n".encode("ascii")


def prepare(event: TrackingEvent) -> Line:
    """Return the line of an event that is recorded, but not committed yet."""
    path = log_of(event.user_id, event.actor_role)
    return Line(path, event.pk, text_of(event.to_dict()), event.user_id, _changed_at())


def write(line: Line) -> None:
    """Append it, once its event is committed. What fails is counted, and never raised: `rebuild_audit_log` makes it good."""
    try:
        _write(line)
    except (OSError, Error) as error:
        failures.add(error)
        logger.error("The audit log could not be written for event %s: %r", line.event_id, error)
    else:
        failures.last = None


def _write(line: Line) -> None:
    """Where a log was written anew meanwhile, the line may be there already, or its user be forgotten: that is looked up then."""
    is_forgotten = False

    def is_settled() -> bool:
        nonlocal is_forgotten
        if _changed_at() == line.changed_at:
            return False
        is_forgotten = line.user_id is not None and _is_nobodys(line.event_id)
        return is_forgotten or _holds(line.path, line.event_id)

    log_file.append(
        line.path, line.text, size=settings.AUDIT_LOG_BYTES, backups=settings.AUDIT_LOG_BACKUPS, unless=is_settled
    )
    if is_forgotten and line.user_id is not None:
        log_file.remove_empty(line.path)
        text = without_user(line.text, line.user_id)
        _write(line._replace(path=log_named(ANONYMIZED), text=text, user_id=None))


def without_user(text: bytes, user_id: int) -> bytes:
    """Return a line, or several, with null where that user stood."""
    return text.replace(b'"user_id": %d,' % user_id, b'"user_id": null,')


def _is_nobodys(event_id: int) -> bool:
    return TrackingEvent.objects.filter(pk=event_id, user=None).exists()


def note_changed() -> None:
    """Note that a log is written anew, while its writers are kept waiting: they look what became of what they have to write."""
    mark, now = _mark(), time_ns()
    mark.touch(mode=0o640)
    os.utime(mark, ns=(now, now))


def _changed_at() -> int | None:
    """Return the moment in nanoseconds, None if none ever was."""
    try:
        return _mark().stat().st_mtime_ns
    except OSError:
        return None


def _mark() -> Path:
    return Path(settings.LOG_DIR, ".changed")


def _holds(path: Path, event_id: int) -> bool:
    """Whether an event's line is there already: the log may have been rebuilt between its commit and its line."""
    beginning = f'{{"id": {event_id}, '.encode()
    for number in range(settings.AUDIT_LOG_BACKUPS + 1):
        with suppress(FileNotFoundError), log_file.numbered(path, number).open("rb") as lines:
            if any(line.startswith(beginning) for line in lines):
                return True
    return False
