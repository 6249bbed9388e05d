from functools import partial
from pathlib import Path
from zipfile import ZipFile

from django.conf import settings
from django.db import connection

from children import clock
from tracking import unrecorded_log
from tracking.backups.archive import MANIFEST, SECRET_KEY, UNRECORDED, adding, writing
from tracking.backups.dialects import dialect_of
from tracking.backups.files import content
from tracking.backups.manifest import Manifest


def back_up(path: Path) -> Manifest:
    """Write all of this installation into one file, as it is at one moment, while acts go on; return what is in it.

    The audit log is a copy of the trail, and written from it again when it is restored. Raises BackupError, OSError, django.db.Error.
    """
    dialect = dialect_of(connection)
    with writing(path) as archive:
        made_at = clock.now().isoformat().replace("+00:00", "Z")
        unrecorded_before = content(unrecorded_log.path())
        with adding(archive, dialect.MEMBER) as part:
            manifest: Manifest = dialect.dump(connection, part, partial(Manifest.of, made_at=made_at))
        if key_is_ours():
            _add(archive, SECRET_KEY, content(_key()))
        _add(archive, UNRECORDED, _both(unrecorded_before, content(unrecorded_log.path())))
        _add(archive, MANIFEST, manifest.to_json().encode())
    return manifest


def _both(before: bytes, after: bytes) -> bytes:
    """Before and after the database, so that no event is missing in both; what is in both is recorded once."""
    return after if after.startswith(before) else before + b"\n" + after


def key_is_ours() -> bool:
    """Return whether the key in use is that of the data folder; or else it is an operator's, who keeps it elsewhere."""
    return _key().exists() and _key().read_text().strip() == settings.SECRET_KEY


def _key() -> Path:
    return Path(settings.DATA_DIR, "secret_key")


def _add(archive: ZipFile, name: str, what: bytes) -> None:
    if what:
        with adding(archive, name) as part:
            part.write(what)
