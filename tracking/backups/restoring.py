import os
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from zipfile import ZipFile

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from tracking import unrecorded_log
from tracking.backups.archive import MANIFEST, SECRET_KEY, UNRECORDED, reading
from tracking.backups.dialects import dialect_of
from tracking.backups.errors import BackupError, Unfinished
from tracking.backups.files import sync_folder
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

    Raises BackupError, OSError and django.db.Error where nothing is restored, and Unfinished where the database is.
    """
    with reading(path) as archive:
        manifest = Manifest.from_json(archive.read(MANIFEST))
        _refuse(archive, manifest)
        dialect = dialect_of(connection)
        with archive.open(dialect.MEMBER) as part:
            dialect.load(connection, part, partial(_refuse_place, archive), partial(_settle, archive, manifest))
    try:
        call_command("migrate", verbosity=0)
        _write_logs(progress)
    except KeyboardInterrupt as error:
        raise Unfinished("it was stopped") from error
    except Exception as error:  # whatever it is: the database is there
        raise Unfinished(str(error) or repr(error)) from error
    return manifest


def _refuse(archive: ZipFile, manifest: Manifest) -> None:
    if manifest.database != connection.vendor:
        raise BackupError(
            f"This is a backup of {manifest.database}, and here is {connection.vendor}: restore it there, then copy_database."
        )
    if dialect_of(connection).MEMBER not in archive.namelist():
        raise BackupError("This is no backup of Chore: it holds no database.")
    refuse_newer(manifest.migrations, f"This backup, of Chore {manifest.version},")


def _refuse_place(archive: ZipFile) -> None:
    refuse_inhabited_database()
    refuse_tables_of_others()
    refuse_logs(archive.read(UNRECORDED) if UNRECORDED in archive.namelist() else b"")


def _settle(archive: ZipFile, manifest: Manifest, loaded: BaseDatabaseWrapper) -> None:
    """Have all beside the database there before it is: what it cannot be made from again. Raises BackupError where it is not as it was."""
    found = Manifest.of(loaded, made_at=manifest.made_at)
    lost = differences(manifest.tally, found.tally)
    lost += [] if found.migrations == manifest.migrations else ["its migrations are others"]
    if lost:
        raise BackupError(f"What was restored is not what was backed up: {'; '.join(lost)}.")
    _skip_ids(loaded)
    _extract(archive, UNRECORDED, unrecorded_log.path(), mode=0o640)
    _extract(archive, SECRET_KEY, Path(settings.DATA_DIR, "secret_key"), mode=0o600)


def _skip_ids(loaded: BaseDatabaseWrapper) -> None:
    dialect, table = dialect_of(loaded), TrackingEvent._meta.db_table
    with transaction.atomic(using=loaded.alias), loaded.cursor() as cursor:
        dialect.set_last_id(cursor, table, dialect.last_id(cursor, table) + SKIPPED)


def _extract(archive: ZipFile, name: str, path: Path, *, mode: int) -> None:
    if name in archive.namelist():
        path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.restored")
        try:
            draft.touch(mode=mode)
            with draft.open("wb") as file:
                file.write(archive.read(name))
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)  # never half a key
        finally:
            draft.unlink(missing_ok=True)
        sync_folder(path.parent)


def _write_logs(progress: Progress) -> None:
    for user_id in progress(users_to_rebuild()):
        rebuild_user(user_id)
    rebuild_system()
    rebuild_anonymized()
