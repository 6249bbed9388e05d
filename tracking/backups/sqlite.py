"""SQLite: its online backup copies what is committed at one moment, while others write."""

import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from shutil import copyfileobj
from typing import IO, Any, TypeVar

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper

from tracking.backups.connecting import connected
from tracking.backups.errors import BackupError

MEMBER = "db.sqlite3"
DRAFT = "backup_draft.sqlite3"
Seen = TypeVar("Seen")


def dump(connection: BaseDatabaseWrapper, file: IO[bytes], look: Callable[[BaseDatabaseWrapper], Seen]) -> Seen:
    """Write a copy to `file`, and return what `look` sees in that. Raises BackupError for a database that is damaged."""
    with _draft() as draft:
        connection.ensure_connection()
        with connection.wrap_database_errors, closing(sqlite3.connect(draft)) as target:
            connection.connection.backup(target)
            target.execute("PRAGMA journal_mode = DELETE")  # or else it would be two files
            _check(target)
        with connected({"ENGINE": connection.settings_dict["ENGINE"], "NAME": draft}) as copy:
            seen = look(copy)
        with draft.open("rb") as copied:
            copyfileobj(copied, file)
    return seen


def load(connection: BaseDatabaseWrapper, file: IO[bytes]) -> None:
    """Put the copy where there is no database."""
    path = _path_of(connection)
    loading = path.with_name(f"{path.name}.loading")
    with loading.open("wb") as written:
        copyfileobj(file, written)
        os.fsync(written.fileno())
    loading.replace(path)


def clear(connection: BaseDatabaseWrapper, tables: Iterable[str]) -> None:
    """Remove the files, which connecting to it has made."""
    connection.close()
    path = _path_of(connection)
    for suffix in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def last_id(cursor: Any, table: str) -> int:
    cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
    return int((cursor.fetchone() or (0,))[0])


def set_last_id(cursor: Any, table: str, last: int) -> None:
    cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
    cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, last])


def _path_of(connection: BaseDatabaseWrapper) -> Path:
    return Path(connection.settings_dict["NAME"])


@contextmanager
def _draft() -> Iterator[Path]:
    """In the data folder, as the database itself: where a backup goes may be no place for a database. Raises BackupError."""
    folder = os.open(settings.DATA_DIR, os.O_RDONLY)
    draft = Path(settings.DATA_DIR, DRAFT)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        draft.unlink(missing_ok=True)  # of one that was killed
        draft.touch(mode=0o600)
        try:
            yield draft
        finally:
            draft.unlink()
    except BlockingIOError:
        raise BackupError("Another backup is being made.") from None
    finally:
        os.close(folder)


def _check(copy: sqlite3.Connection) -> None:
    found = [str(row[0]) for row in copy.execute("PRAGMA quick_check(3)")]
    if found != ["ok"]:
        raise BackupError(f"The database is damaged, and was not backed up: {'; '.join(found)}.")
