"""A table without what is slow to keep while millions of rows come, and with it again."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from string import Template

from django.db import connection

# A row each: how to drop it, and how to make it again.
OF_A_TABLE = {
    "sqlite": "SELECT 'DROP INDEX ' || name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name = '$table'",
    "postgresql": """
        SELECT format('ALTER TABLE $table DROP CONSTRAINT %I', conname),
            format('ALTER TABLE $table ADD CONSTRAINT %I %s', conname, pg_get_constraintdef(oid))
        FROM pg_constraint WHERE conrelid = '$table'::regclass AND contype IN ('f', 'u')
        UNION ALL
        SELECT format('DROP INDEX %s', indexrelid::regclass), pg_get_indexdef(indexrelid)
        FROM pg_index WHERE indrelid = '$table'::regclass
            AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid AND conrelid = indrelid)
    """,
}
# Whatever is lost if it stops midway is made anew.
IN_A_HURRY = {
    "sqlite": (
        "PRAGMA foreign_keys=OFF",
        "PRAGMA synchronous=OFF",
        "PRAGMA journal_mode=MEMORY",
        "PRAGMA cache_size=-400000",
    ),
    "postgresql": ("SET synchronous_commit = off", "SET maintenance_work_mem = '512MB'"),
}
TIDY = {"sqlite": "PRAGMA wal_checkpoint(TRUNCATE)", "postgresql": "VACUUM (ANALYZE)"}


@contextmanager
def bare(table: str) -> Iterator[Callable[[], None]]:
    """Drop the indexes and the foreign keys of the table; what is yielded makes them again. Then the connection is closed."""
    with connection.cursor() as cursor:
        for statement in IN_A_HURRY[connection.vendor]:
            cursor.execute(statement)
        cursor.execute(Template(OF_A_TABLE[connection.vendor]).substitute(table=table))
        rows = cursor.fetchall()
    _run(drop for drop, _ in rows)
    yield lambda: _run(make for _, make in rows)
    connection.close()  # the next one is as usual


def tidy() -> None:
    """What the database does by itself, some time."""
    _run([TIDY[connection.vendor]])


def _run(statements: Iterator[str] | list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
