"""Taking out of the logs what is not to be known any longer, while acts go on."""

import re
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from django.conf import settings

from tracking import audit_log, log_file, unrecorded_log
from tracking.log_folder import alone, draft_of, held, numbers_of
from tracking.models.plain_form import iso

OURS = re.compile(r"(tracking_\w+\.log|unrecorded\.log)(?:\.[0-9]+)?")
CHILD = re.compile(rb'"child_id": ([0-9]+),')
OCCURRED = re.compile(rb'"occurred_at": "([^"]+)"')
Change = Callable[[bytes], bytes]  # of a line; empty where it is to go


def forget_in_logs(user_id: int) -> int:
    """Move a user's lines, without the user, into the log of those since forgotten. Returns how many. Raises OSError.

    Interrupted and done again it doubles none. A line that waits meanwhile is written there too (`audit_log.write`).
    """
    log, forgotten = audit_log.log_named(f"user_{user_id}"), audit_log.log_named(audit_log.ANONYMIZED)
    with alone(settings.LOG_DIR):
        audit_log.note_changed()  # first: who makes the log from now on, looks
        there = set(map(_beginning, _lines(forgotten)))
        moved = _move(log, user_id, forgotten, there)  # most of it, before anybody has to wait
        if numbers_of(log):
            with held(log) as file:
                moved += _move(log, user_id, forgotten, there)
                _remove(log, file)
        return moved + _rewrite(unrecorded_log.path(), lambda line: audit_log.without_user(line, user_id))


def purge_logs(cutoff: datetime, *, but: Collection[int] = ()) -> int:
    """Remove the lines of events that occurred before the cutoff from every log, but those of some children.

    Returns how many. Raises OSError.
    """
    oldest, kept = iso(cutoff).encode(), {b"%d" % child_id for child_id in but}

    def keep(line: bytes) -> bytes:
        occurred, child = OCCURRED.search(line), CHILD.search(line)
        is_old = occurred and occurred[1] < oldest and child and child[1] not in kept
        return b"" if is_old else line

    with alone(settings.LOG_DIR):
        logs = {named[1] for path in settings.LOG_DIR.iterdir() if (named := OURS.fullmatch(path.name))}
        return sum(_rewrite(settings.LOG_DIR / name, keep) for name in sorted(logs))


def _move(log: Path, user_id: int, forgotten: Path, there: set[bytes]) -> int:
    """Append the lines of events that are not there yet; count them, and add them to those."""
    moved = 0
    for line in _lines(log):
        if _beginning(line) not in there:
            text = audit_log.without_user(line, user_id)
            log_file.append(forgotten, text, size=settings.AUDIT_LOG_BYTES, backups=settings.AUDIT_LOG_BACKUPS)
            there.add(_beginning(line))
            moved += 1
    return moved


def _remove(log: Path, file: int) -> None:
    for number in {*numbers_of(log)} - {0}:
        log_file.numbered(log, number).unlink()
    log_file.mark_replaced(file)
    log.unlink()


def _rewrite(log: Path, change: Change) -> int:
    """Change the lines of all files of a log; returns how many were not as they are then."""
    if not numbers_of(log):
        return 0
    with held(log) as file:
        changed = sum(_draft(log_file.numbered(log, number), change) for number in numbers_of(log))
        drafts = draft_of(log)
        if drafts.exists():
            log_file.mark_replaced(file)  # first: nobody is to write to what is nowhere, even if this is killed
        for number in numbers_of(drafts):
            log_file.numbered(drafts, number).replace(log_file.numbered(log, number))
    return changed


def _draft(path: Path, change: Change) -> int:
    """Write beside a file what is to take its place, if anything changes; returns how many lines do."""
    with path.open("rb") as lines:
        changes = sum(change(line) != line for line in lines)
    if changes:
        draft = draft_of(path)
        with path.open("rb") as lines, draft.open("wb") as new:
            new.writelines(map(change, lines))
        draft.chmod(path.stat().st_mode)
    return changes


def _lines(log: Path) -> Iterator[bytes]:
    """Yield the whole lines of all files of a log, the oldest first, but for half ones of who was killed there, or is still writing."""
    for number in sorted(numbers_of(log), reverse=True):
        with suppress(FileNotFoundError), log_file.numbered(log, number).open("rb") as lines:  # rotated meanwhile
            yield from (line for line in lines if line.endswith(b"}\n"))


def _beginning(line: bytes) -> bytes:
    """Which event it is of."""
    return line.partition(b",")[0]
