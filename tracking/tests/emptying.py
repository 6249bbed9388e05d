"""Empty the tables after a test that committed: guards refuse Django's flush, and many deletes are faster than TRUNCATE."""

from functools import cache
from typing import Any

from django.db import connection, transaction

from children import guards

MADE_BY_MIGRATE = {"django_migrations", "django_content_type", "auth_permission"}
TRIGGERS = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name",
    "postgresql": """
        SELECT t.tgrelid::regclass::text, t.tgname, t.tgenabled, p.prosrc, obj_description(t.oid, 'pg_trigger')
        FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid WHERE NOT t.tgisinternal ORDER BY 1, 2
    """,
}


def delete_rows() -> None:
    usual = _guards()
    with transaction.atomic(), connection.cursor() as cursor:
        {"sqlite": _empty_sqlite, "postgresql": _empty_postgresql}[connection.vendor](cursor, usual)
        stand = _triggers(cursor)
    if stand != usual:  # the test took some away
        guards.install(connection)


@cache
def _guards() -> list[Any]:
    """The triggers as `migrate` leaves them. To make them anew each time takes as long as many tests: SQLite's tables are parsed."""
    guards.install(connection)
    with connection.cursor() as cursor:
        return _triggers(cursor)


def _triggers(cursor: Any) -> list[Any]:
    cursor.execute(TRIGGERS[connection.vendor])
    return list(cursor.fetchall())


def _deletes() -> list[str]:
    tables = {*connection.introspection.django_table_names()} - MADE_BY_MIGRATE
    return [f"DELETE FROM {connection.ops.quote_name(table)}" for table in tables]


def _empty_sqlite(cursor: Any, usual: list[Any]) -> None:
    drops = [f'DROP TRIGGER "{name}"' for name, _ in _triggers(cursor)]
    for statement in [*drops, *_deletes(), *(definition for _, definition in usual)]:
        cursor.execute(statement)


def _empty_postgresql(cursor: Any, usual: list[Any]) -> None:
    tables = dict.fromkeys(table for table, *_ in usual)
    off, on = ([f"ALTER TABLE {table} {does} TRIGGER USER" for table in tables] for does in ("DISABLE", "ENABLE"))
    cursor.execute("; ".join([*off, *_deletes(), "SET CONSTRAINTS ALL IMMEDIATE", *on]))
