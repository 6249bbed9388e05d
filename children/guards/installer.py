from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig, apps
from django.core import checks
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.signals import post_migrate, pre_migrate

from children.guards import postgresql, sqlite
from children.guards.guard import Guard

DIALECTS = {"sqlite": sqlite, "postgresql": postgresql}

_guards: list[Guard] = []


def register(*guards: Guard) -> None:
    _guards.extend(guards)


def connect() -> None:
    """Have the guards of an app's tables lifted before its migrations, and made after them."""
    pre_migrate.connect(_before_migrate, dispatch_uid="children.guards.lift")
    post_migrate.connect(_after_migrate, dispatch_uid="children.guards.install")
    checks.register(check_guards, checks.Tags.database)


def install(connection: BaseDatabaseWrapper, *, app: AppConfig | None = None) -> None:
    """Make the guards that are missing, as `missing` says it; those that stand are not touched, and so no act waits for them."""
    dialect = DIALECTS[connection.vendor]
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for guard, columns in _missing(connection, app):
            for statement in (*dialect.drop(guard), *dialect.create(guard, columns)):
                cursor.execute(statement)


def lift(connection: BaseDatabaseWrapper, *, app: AppConfig | None = None) -> None:
    """Drop the guards. For `migrate`, and for tests that empty tables."""
    with connection.cursor() as cursor:
        for guard, _ in _present(connection, app):
            for statement in DIALECTS[connection.vendor].drop(guard):
                cursor.execute(statement)


def missing(connection: BaseDatabaseWrapper) -> list[Guard]:
    """Return the guards whose table is there but which are not, are disabled, or say something else than they should."""
    return [guard for guard, _ in _missing(connection, None)]


def check_guards(*, databases: Sequence[str] | None = None, **_: Any) -> list[checks.CheckMessage]:
    """`check --database default` names each guard that is missing."""
    return [
        checks.Error(
            f"The database guard '{guard.trigger}' is missing: {guard.message}.",
            hint="Run 'manage.py migrate', which makes it again; then find out who removed it.",
            id="children.E001",
        )
        for alias in databases or []
        for guard in missing(connections[alias])
    ]


def _missing(connection: BaseDatabaseWrapper, app: AppConfig | None) -> list[tuple[Guard, list[str]]]:
    present, dialect = _present(connection, app), DIALECTS[connection.vendor]
    with connection.cursor() as cursor:
        return [(guard, columns) for guard, columns in present if not dialect.stands(cursor, guard, columns)]


def _present(connection: BaseDatabaseWrapper, app: AppConfig | None) -> list[tuple[Guard, list[str]]]:
    ours = {model._meta.db_table for model in (app or apps).get_models()}
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
        tables = {guard.table for guard in _guards} & ours & there
        columns = {
            table: [column.name for column in connection.introspection.get_table_description(cursor, table)]
            for table in tables
        }
    possible = [guard for guard in _guards if guard.table in tables and guard.needs in {None, *there}]
    return [(guard, columns[guard.table]) for guard in possible]


def _before_migrate(*, sender: AppConfig, plan: Sequence[Any], using: str = DEFAULT_DB_ALIAS, **_: Any) -> None:
    if plan:  # with nothing to migrate, a server that is running stays guarded all along
        lift(connections[using], app=sender)


def _after_migrate(*, sender: AppConfig, using: str = DEFAULT_DB_ALIAS, **_: Any) -> None:
    install(connections[using], app=sender)
