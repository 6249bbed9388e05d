"""The rows of one database into an empty one, of either kind."""

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any, NamedTuple

from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model
from django.db.models.query import QuerySet

from children import guards
from tracking.backups.connecting import connected, database_at
from tracking.backups.dialects import dialect_of
from tracking.backups.errors import BackupError
from tracking.backups.manifest import applied_migrations, known_migrations, refuse_newer, tables_with_trail
from tracking.backups.place import NOT_A_MODELS, refuse_inhabited_database
from tracking.backups.tally import Tally, differences, tally

CHUNK = 1000

Progress = Callable[[Sequence[type[Model]]], Iterable[type[Model]]]


class Copied(NamedTuple):
    """What both databases hold, and which tables stayed behind, as none of Chore's."""

    held: Tally
    left: list[str]


def copy_database(url: str, *, progress: Progress = iter) -> Copied:
    """Copy every row of the database at `url` into this one, in which nobody lives, and return what both hold, and what is left there.

    All or nothing: raises BackupError where somebody lives in this database, where they are not of one version, and where either is used
    by others, who are kept out of both meanwhile. Ids go on where they ended there. `progress` is given the models. Raises
    django.db.Error too.
    """
    with connected(database_at(url)) as source:
        there = tables_with_trail(source)
        refuse_inhabited_database()
        _migrate()
        with dialect_of(source).alone(source), dialect_of(connection).alone(connection), transaction.atomic():
            refuse_inhabited_database()
            _refuse_other_versions(source)
            models = [model for model in apps.get_models(include_auto_created=True) if not model._meta.proxy]
            tables = {model._meta.db_table for model in models}
            _copy(source, models, progress)
            held = tally(connection, tables)
            lost = differences(tally(source, tables), held)
            if lost:
                raise BackupError(f"What was copied is not what is there: {'; '.join(lost)}.")
    return Copied(held, sorted(there - tables - NOT_A_MODELS))


def _migrate() -> None:
    try:
        call_command("migrate", verbosity=0)
    except CommandError as error:
        raise BackupError(f"This database cannot be migrated: {error}") from error


def _refuse_other_versions(source: BaseDatabaseWrapper) -> None:
    refuse_newer(applied_migrations(connection), "This database")
    migrations = applied_migrations(source)
    refuse_newer(migrations, "That database")
    missing = known_migrations() - {*migrations}
    if missing:
        raise BackupError(
            f"That database is of an older version of Chore: migrate it first. It has no {', '.join(sorted(missing))}."
        )


def _copy(source: BaseDatabaseWrapper, models: Sequence[type[Model]], progress: Progress) -> None:
    guards.lift(connection)
    with connection.cursor() as cursor:
        for model in models:  # what migrate has made is copied too
            cursor.execute(f'DELETE FROM "{model._meta.db_table}"')  # noqa: S608 - a model's
        for model in progress(models):
            _copy_rows(source, cursor, model)
            _go_on_with_ids(source, cursor, model)
    connection.check_constraints()
    guards.install(connection)


def _copy_rows(source: BaseDatabaseWrapper, cursor: Any, model: type[Model]) -> None:
    fields = model._meta.local_concrete_fields
    names = ", ".join(f'"{field.column}"' for field in fields)
    places = ", ".join(["%s"] * len(fields))
    insert = f'INSERT INTO "{model._meta.db_table}" ({names}) VALUES ({places})'  # noqa: S608 - a model's
    rows: QuerySet[Any, Any] = (
        QuerySet(model, using=source.alias).order_by("pk").values_list(*(field.attname for field in fields))
    )
    prepared = (
        [field.get_db_prep_save(value, connection) for field, value in zip(fields, row, strict=True)]
        for row in rows.iterator(CHUNK)
    )
    while chunk := list(islice(prepared, CHUNK)):
        cursor.executemany(insert, chunk)


def _go_on_with_ids(source: BaseDatabaseWrapper, cursor: Any, model: type[Model]) -> None:
    """Have no id given again that the source has given, those of rows since deleted too."""
    if model._meta.auto_field is not None:
        table = model._meta.db_table
        with source.cursor() as theirs:
            last = dialect_of(source).last_id(theirs, table)
        dialect_of(connection).set_last_id(cursor, table, last)
