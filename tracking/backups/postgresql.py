"""PostgreSQL: by its own pg_dump, which is to be installed beside Chore, no older than the server. What that writes is SQL."""

import os
import re
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from io import BufferedReader
from itertools import islice, takewhile
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import IO, Any, TypeVar

import psycopg
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import pq
from psycopg.conninfo import make_conninfo

from children import guards
from tracking.backups.errors import BackupError
from tracking.verification.snapshot import snapshot

MEMBER = "database.sql"
PATIENCE = "20s"  # for a lock: a migration that waits for ours would make pg_dump wait for it
DUMP = ("pg_dump", "--no-owner", "--no-privileges", f"--lock-wait-timeout={PATIENCE}")
COPY, END_OF_ROWS = re.compile(rb"COPY .+ FROM stdin;\n"), b"\\.\n"
NOT_FOR_HERE = re.compile(
    rb"\\(un)?restrict \w+\n|SET (lock|transaction)_timeout = 0;\n"
)  # psql's; ours; not of older servers
EXTENSION = re.compile(rb"(CREATE|COMMENT ON) EXTENSION .+;\n")
ROWS, READ = 1000, 2**20
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
        _run_to(file, connection, *DUMP, f"--snapshot={moment}")
    return seen


def load(connection: BaseDatabaseWrapper, file: IO[bytes], refuse: Callable[[], None], settle: Settle) -> None:
    """Have what is in the dump in place of what is there, all or nothing: unless `refuse` or, once it is there, `settle` raises."""
    tables = _tables(
        connection
    )  # those which `alone` locks and `refuse` looks at: what comes later is in the way, and stays
    try:
        with alone(connection):
            refuse()
            _drop(connection, tables)
            with BufferedReader(file, READ) as script:  # type: ignore[type-var]
                _play(connection, script)
            settle(connection)
    finally:
        connection.close()
        connection.close_pool()  # type: ignore[attr-defined] # with what the script has set


@contextmanager
def alone(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Have nobody else change the database for the time of the block, a transaction. Raises BackupError where somebody uses it."""
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute(OTHERS)
        (others,) = cursor.fetchone()
        if others:
            raise BackupError(f"Nobody else may use the database, stop its server first: {others} more are connected.")
        cursor.execute(f"SET LOCAL lock_timeout = '{PATIENCE}'")
        ours = sorted({*_tables(connection)} & {*connection.introspection.django_table_names()})
        if ours:
            cursor.execute(f"LOCK TABLE {_listed(connection, ours)} IN SHARE MODE")
        yield


def last_id(cursor: Any, table: str) -> int:
    cursor.execute(f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {_sequence_of(cursor, table)}")  # noqa: S608
    return int(cursor.fetchone()[0])


def set_last_id(cursor: Any, table: str, last: int) -> None:
    cursor.execute("SELECT setval(%s, %s, %s)", [_sequence_of(cursor, table), max(last, 1), last > 0])


def _sequence_of(cursor: Any, table: str) -> str:
    cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [f'"{table}"'])
    return str(cursor.fetchone()[0])


def _tables(connection: BaseDatabaseWrapper) -> list[str]:
    return sorted(connection.introspection.table_names())


def _listed(connection: BaseDatabaseWrapper, tables: Sequence[str]) -> str:
    return ", ".join(map(connection.ops.quote_name, tables))


def _drop(connection: BaseDatabaseWrapper, tables: Sequence[str]) -> None:
    """Together, so that they need no CASCADE, which takes what others have made on them."""
    guards.lift(connection)
    if tables:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE {_listed(connection, tables)}")


def _play(connection: BaseDatabaseWrapper, script: IO[bytes]) -> None:
    """Run what pg_dump has written, as psql would, in the transaction that is open."""
    statements: list[bytes] = []
    with connection.wrap_database_errors, connection.connection.cursor() as cursor:
        for line in script:
            if COPY.fullmatch(line):
                cursor.execute(b"".join(statements))
                statements = []
                rows = takewhile(END_OF_ROWS.__ne__, script)
                with cursor.copy(line) as table:
                    while chunk := b"".join(islice(rows, ROWS)):
                        table.write(chunk)
            elif EXTENSION.fullmatch(line):
                with suppress(psycopg.Error), transaction.atomic(using=connection.alias):
                    cursor.execute(line)  # which Chore does not need, and only a superuser may make
            elif not NOT_FOR_HERE.fullmatch(line):
                statements.append(line)
        cursor.execute(b"".join(statements))
        cursor.execute("RESET search_path")


def _run_to(file: IO[bytes], connection: BaseDatabaseWrapper, *command: str) -> None:
    """Write what one of PostgreSQL's tools prints. Raises BackupError with what it complains of."""
    target, environment = _address(connection)
    with TemporaryFile() as complaints:
        try:
            process = subprocess.Popen([*command, target], env=environment, stdout=subprocess.PIPE, stderr=complaints)  # noqa: S603
        except OSError as error:
            raise BackupError(
                f"{command[0]} cannot be run: {error.strerror}. It comes with PostgreSQL's client."
            ) from error
        with process:
            assert process.stdout  # noqa: S101 - for types
            try:
                copyfileobj(process.stdout, file)
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
