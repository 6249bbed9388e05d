from pathlib import Path
from shutil import copyfileobj
from zipfile import ZipFile

from django.conf import settings
from django.db import connection

from tracking import unrecorded_log
from tracking.backups.archive import MANIFEST, SECRET_KEY, UNRECORDED, adding, writing
from tracking.backups.dialects import dialect_of
from tracking.backups.manifest import Manifest


def back_up(path: Path) -> Manifest:
    """Write all of this installation into one file, as it is at one moment, while acts go on; return what is in it.

    The audit log is a copy of the trail, and written from it again when it is restored. Raises BackupError, OSError.
    """
    dialect = dialect_of(connection)
    with writing(path) as archive:
        with adding(archive, dialect.MEMBER) as part:
            manifest: Manifest = dialect.dump(connection, part, Manifest.of)
        # After the database, so that no event is missing in both; what is in both is recorded once.
        for name, file in _files().items():
            _add(archive, name, file)
        archive.writestr(MANIFEST, manifest.to_json())
    return manifest


def key_is_ours() -> bool:
    """Return whether the key in use is that of the data folder; or else it is an operator's, who keeps it elsewhere."""
    return _key().exists() and _key().read_text().strip() == settings.SECRET_KEY


def _key() -> Path:
    return Path(settings.DATA_DIR, "secret_key")


def _files() -> dict[str, Path]:
    return {UNRECORDED: unrecorded_log.path(), **({SECRET_KEY: _key()} if key_is_ours() else {})}


def _add(archive: ZipFile, name: str, file: Path) -> None:
    if file.exists():
        with file.open("rb") as source, adding(archive, name) as part:
            copyfileobj(source, part)
