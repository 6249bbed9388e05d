from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from zipfile import ZipFile

from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import Error, connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from tracking import unrecorded_log
from tracking.backups.archive import MANIFEST, SECRET_KEY, UNRECORDED, reading
from tracking.backups.dialects import dialect_of
from tracking.backups.errors import BackupError, Unfinished
from tracking.backups.manifest import Manifest, refuse_newer
from tracking.backups.place import refuse_inhabited_database, refuse_logs, refuse_tables_of_others
from tracking.backups.tally import differences
from tracking.models import TrackingEvent
from tracking.services.rebuilding import rebuild_anonymized, rebuild_system, rebuild_user, users_to_rebuild

SKIPPED = 1_000_000  # ids: those of events that came after the backup must never be those of others

Progress = Callable[[Sequence[int]], Iterable[int]]


def restore(path: Path, *, progress: Progress = iter) -> Manifest:
    """Bring a backup to a place in which nobody lives, which is migrated then, and write its audit log; return what was in it.

    An id of an event is never given again, not even to what was lost since: the next one is SKIPPED later, and clients of the stream
    that know of lost events are told to begin anew. `progress` is given the users whose logs are written.

    Raises BackupError and OSError where nothing is restored, and Unfinished where the database is.
    """
    with reading(path) as archive:
        manifest = Manifest.from_json(archive.read(MANIFEST))
        _refuse(archive, manifest)
        refuse_logs(archive.read(UNRECORDED) if UNRECORDED in archive.namelist() else b"")
        _refuse_place()
        # Before the database: where that is full, all is there that cannot be made from it. The key of a place that is empty is nobody's.
        _extract(archive, SECRET_KEY, Path(settings.DATA_DIR, "secret_key"), mode=0o600)
        _extract(archive, UNRECORDED, unrecorded_log.path(), mode=0o640)
        with archive.open(dialect_of(connection).MEMBER) as part:
            dialect_of(connection).load(connection, part, _refuse_place, partial(_settle, manifest))
    try:
        call_command("migrate", verbosity=0)
        _write_logs(progress)
    except (OSError, Error, CommandError) as error:
        raise Unfinished(str(error)) from error
    return manifest


def _refuse(archive: ZipFile, manifest: Manifest) -> None:
    if manifest.database != connection.vendor:
        raise BackupError(
            f"This is a backup of {manifest.database}, and here is {connection.vendor}: restore it there, then copy_database."
        )
    if dialect_of(connection).MEMBER not in archive.namelist():
        raise BackupError("This is no backup of Chore: it holds no database.")
    refuse_newer(manifest.migrations, f"This backup, of Chore {manifest.version},")


def _refuse_place() -> None:
    refuse_inhabited_database()
    refuse_tables_of_others()


def _settle(manifest: Manifest, loaded: BaseDatabaseWrapper) -> None:
    lost = differences(manifest.tally, Manifest.of(loaded).tally)
    if lost:
        raise BackupError(f"What was restored is not what was backed up: {'; '.join(lost)}.")
    dialect, table = dialect_of(loaded), TrackingEvent._meta.db_table
    with transaction.atomic(using=loaded.alias), loaded.cursor() as cursor:
        dialect.set_last_id(cursor, table, dialect.last_id(cursor, table) + SKIPPED)


def _extract(archive: ZipFile, name: str, path: Path, *, mode: int) -> None:
    if name in archive.namelist():
        path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.restored")
        draft.touch(mode=mode)
        draft.write_bytes(archive.read(name))
        draft.replace(path)  # never half a key


def _write_logs(progress: Progress) -> None:
    for user_id in progress(users_to_rebuild()):
        rebuild_user(user_id)
    rebuild_system()
    rebuild_anonymized()
