"""PostgreSQL: by its own pg_dump and pg_restore, which are to be installed beside Chore, no older than the server."""

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import IO, Any, TypeVar

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import pq
from psycopg.conninfo import make_conninfo

from children import guards
from tracking.backups.errors import BackupError
from tracking.verification.snapshot import snapshot

MEMBER = "database.pgdump"
PATIENCE = "20s"  # for a lock: a migration that waits for ours would make pg_dump wait for it
NOBODYS = ("--no-owner", "--no-privileges")
DUMP = ("pg_dump", "--format=custom", "--compress=0", f"--lock-wait-timeout={PATIENCE}", *NOBODYS)
RESTORE = ("pg_restore", "--exit-on-error", "--single-transaction", *NOBODYS)
OTHERS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND usename = current_user AND backend_type = 'client backend' AND pid <> pg_backend_pid()
"""
Seen = TypeVar("Seen")
Settle = Callable[[BaseDatabaseWrapper], None]


def dump(connection: BaseDatabaseWrapper, file: IO[bytes], look: Callable[[BaseDatabaseWrapper], Seen]) -> Seen:
    """Write a dump to `file`, and return what `look` sees at the same moment. Raises BackupError."""
    with snapshot(connection), connection.cursor() as cursor:
        cursor.execute("SELECT pg_export_snapshot()")
        (moment,) = cursor.fetchone()
        seen = look(connection)
        with _run(connection, *DUMP, f"--snapshot={moment}", stdout=subprocess.PIPE) as process:
            assert process.stdout  # noqa: S101 - for types
            copyfileobj(process.stdout, file)
    return seen


def load(connection: BaseDatabaseWrapper, file: IO[bytes], refuse: Callable[[], None], settle: Settle) -> None:
    """Restore it all or nothing in place of what is there, unless `refuse` raises; then have `settle` deal with it. Raises BackupError."""
    with alone(connection):
        refuse()
        _drop_tables(connection)
    with _run(connection, *RESTORE, stdin=subprocess.PIPE) as process:
        assert process.stdin  # noqa: S101 - for types
        with suppress(BrokenPipeError):  # it says why it stopped
            copyfileobj(file, process.stdin)
        with suppress(BrokenPipeError):
            process.stdin.close()
    settle(connection)


@contextmanager
def alone(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Have nobody else change the database for the time of the block, a transaction. Raises BackupError where somebody uses it."""
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute(OTHERS)
        (others,) = cursor.fetchone()
        if others:
            raise BackupError(f"Nobody else may use the database, stop its server first: {others} more are connected.")
        cursor.execute(f"SET LOCAL lock_timeout = '{PATIENCE}'")
        tables = _tables(connection)
        if tables:
            cursor.execute(f"LOCK TABLE {tables} IN SHARE MODE")
        yield


def last_id(cursor: Any, table: str) -> int:
    cursor.execute(f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {_sequence_of(cursor, table)}")  # noqa: S608
    return int(cursor.fetchone()[0])


def set_last_id(cursor: Any, table: str, last: int) -> None:
    cursor.execute("SELECT setval(%s, %s, %s)", [_sequence_of(cursor, table), max(last, 1), last > 0])


def _drop_tables(connection: BaseDatabaseWrapper) -> None:
    """Together, so that they need no CASCADE, which takes what others have made on them."""
    guards.lift(connection)
    tables = _tables(connection)
    if tables:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE {tables}")


def _tables(connection: BaseDatabaseWrapper) -> str:
    return ", ".join(map(connection.ops.quote_name, sorted(connection.introspection.table_names())))


def _sequence_of(cursor: Any, table: str) -> str:
    cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [f'"{table}"'])
    return str(cursor.fetchone()[0])


@contextmanager
def _run(connection: BaseDatabaseWrapper, *command: str, **streams: int) -> Iterator[subprocess.Popen[bytes]]:
    """Run one of PostgreSQL's tools, and see it end well. Raises BackupError with what it says."""
    target, environment = _address(connection)
    with TemporaryFile() as complaints:
        try:
            process = subprocess.Popen([*command, target], env=environment, stderr=complaints, **streams)  # type: ignore[call-overload] # noqa: S603
        except OSError as error:
            raise BackupError(
                f"{command[0]} cannot be run: {error.strerror}. It comes with PostgreSQL's client."
            ) from error
        try:
            with process:
                yield process
        except BaseException:
            process.kill()
            raise
        if process.returncode:
            complaints.seek(0)
            said = complaints.read().decode(errors="replace").strip() or f"it ended with {process.returncode}."
            raise BackupError(said)


def _address(connection: BaseDatabaseWrapper) -> tuple[str, dict[str, str]]:
    """Return what a tool connects to, and the environment with the password, which all can read among the arguments."""
    known = {option.keyword.decode() for option in pq.Conninfo.get_defaults()} - {"client_encoding"}
    given = {name: value for name, value in connection.get_connection_params().items() if name in known}
    password = given.pop("password", "")
    return f"--dbname={make_conninfo(**given)}", {**os.environ, **({"PGPASSWORD": password} if password else {})}
