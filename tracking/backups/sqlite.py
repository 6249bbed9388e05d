"""SQLite: its online backup copies what is committed at one moment, while others write."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from shutil import copyfileobj
from typing import IO, Any, TypeVar

from django.conf import settings
from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper

from tracking.backups.connecting import connected
from tracking.backups.errors import BackupError
from tracking.backups.files import lock

MEMBER = "db.sqlite3"
DRAFT = "backup_draft.sqlite3"
Seen = TypeVar("Seen")
Settle = Callable[[BaseDatabaseWrapper], None]


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


def load(connection: BaseDatabaseWrapper, file: IO[bytes], refuse: Callable[[], None], settle: Settle) -> None:
    """Have the copy in place of what is there, all or nothing: unless `refuse` or, for the copy, `settle` raises. Raises BackupError."""
    with _draft() as draft, alone(connection):
        refuse()
        with draft.open("wb") as copy:
            copyfileobj(file, copy)
        with connected({"ENGINE": connection.settings_dict["ENGINE"], "NAME": draft}) as copied:
            settle(copied)
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA journal_mode = DELETE")  # WAL wants pages of the size that is there
            cursor.execute("PRAGMA synchronous = FULL")
        with connection.wrap_database_errors, closing(sqlite3.connect(draft)) as source:
            source.backup(connection.connection)


@contextmanager
def alone(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Have nobody else use the database for the time of the block. Raises BackupError where somebody has it open."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA busy_timeout = 1000")  # a server does not go away
            cursor.execute("PRAGMA locking_mode = EXCLUSIVE")  # a lock that is taken stays
            try:
                cursor.execute("BEGIN EXCLUSIVE")
            except OperationalError as error:
                if "locked" not in str(error):
                    raise
                raise BackupError(f"Nobody else may use the database, stop its server first: {error}.") from error
            cursor.execute("COMMIT")
        yield
    finally:
        connection.close()


def last_id(cursor: Any, table: str) -> int:
    cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
    return int((cursor.fetchone() or (0,))[0])


def set_last_id(cursor: Any, table: str, last: int) -> None:
    cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
    cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, last])


@contextmanager
def _draft() -> Iterator[Path]:
    """In the data folder, for its owner only: where a backup is kept may be no place for a database. Raises BackupError."""
    folder = os.open(settings.DATA_DIR, os.O_RDONLY)
    draft = Path(settings.DATA_DIR, DRAFT)
    try:
        lock(folder)
        _remove(draft)  # of one that was killed
        draft.touch(mode=0o600)
        try:
            yield draft
        finally:
            _remove(draft)
    finally:
        os.close(folder)


def _remove(draft: Path) -> None:
    """With what is beside it, which SQLite would bring into the next."""
    for suffix in ("", "-journal", "-wal", "-shm"):
        draft.with_name(draft.name + suffix).unlink(missing_ok=True)


def _check(copy: sqlite3.Connection) -> None:
    found = [str(row[0]) for row in copy.execute("PRAGMA quick_check(3)")]
    if found != ["ok"]:
        raise BackupError(f"The database is damaged, and was not backed up: {'; '.join(found)}.")
