import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from shutil import copyfileobj
from zipfile import ZipFile

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction

from tracking import unrecorded_log
from tracking.backups.archive import MANIFEST, SECRET_KEY, UNRECORDED, reading
from tracking.backups.dialects import dialect_of
from tracking.backups.errors import BackupError
from tracking.backups.manifest import Manifest, refuse_newer
from tracking.backups.place import clear, refuse_logs
from tracking.backups.tally import differences
from tracking.models import TrackingEvent
from tracking.services.rebuilding import rebuild_anonymized, rebuild_system, rebuild_user, users_to_rebuild

SKIPPED = 1_000_000  # ids: those of events that came after the backup must never be those of others

Progress = Callable[[Sequence[int]], Iterable[int]]


def restore(path: Path, *, progress: Progress = iter) -> Manifest:
    """Bring a backup to a place in which nobody lives, which is migrated then, and write its audit log; return what was in it.

    An id of an event is never given again, not even to what was lost since: the next one is SKIPPED later, and clients of the stream
    that know of lost events are told to begin anew. `progress` is given the users whose logs are written. Raises BackupError, OSError.
    """
    with reading(path) as archive:
        manifest = Manifest.from_json(archive.read(MANIFEST))
        _refuse(archive, manifest)
        refuse_logs()
        clear()
        _extract(archive, SECRET_KEY, Path(settings.DATA_DIR, "secret_key"), mode=0o600)
        _extract(archive, UNRECORDED, unrecorded_log.path(), mode=0o640)
        with archive.open(dialect_of(connection).MEMBER) as part:
            dialect_of(connection).load(connection, part)
    lost = differences(manifest.tally, Manifest.of(connection).tally)
    if lost:
        raise BackupError(f"What was restored is not what was backed up: {'; '.join(lost)}.")
    _settle()
    _write_logs(progress)
    return manifest


def _refuse(archive: ZipFile, manifest: Manifest) -> None:
    if manifest.database != connection.vendor:
        raise BackupError(
            f"This is a backup of {manifest.database}, and here is {connection.vendor}: restore it there, then copy_database."
        )
    if dialect_of(connection).MEMBER not in archive.namelist():
        raise BackupError("This is no backup of Chore: it holds no database.")
    refuse_newer(manifest.migrations, f"This backup, of Chore {manifest.version},")


def _extract(archive: ZipFile, name: str, path: Path, *, mode: int) -> None:
    if name in archive.namelist():
        path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(file, "wb") as target, archive.open(name) as part:
            copyfileobj(part, target)


def _settle() -> None:
    call_command("migrate", verbosity=0)
    dialect, table = dialect_of(connection), TrackingEvent._meta.db_table
    with transaction.atomic(), connection.cursor() as cursor:
        dialect.set_last_id(cursor, table, dialect.last_id(cursor, table) + SKIPPED)


def _write_logs(progress: Progress) -> None:
    for user_id in progress(users_to_rebuild()):
        rebuild_user(user_id)
    rebuild_system()
    rebuild_anonymized()
