"""What a backup says of itself."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from tracking.backups.errors import BackupError
from tracking.backups.tally import Tally, tally


@dataclass(frozen=True)
class Manifest:
    """`made_at`, by which all that was committed is in it, is UTC in ISO 8601, `database` the vendor, `migrations` are the applied ones as `app.name`."""

    version: str
    made_at: str
    database: str
    migrations: list[str]
    tally: Tally

    @classmethod
    def of(cls, connection: BaseDatabaseWrapper, *, made_at: str) -> "Manifest":
        """Describe a database. Raises BackupError where there is none of Chore's."""
        tables = tables_with_trail(connection)
        applied = applied_migrations(connection)
        return cls(settings.VERSION, made_at, connection.vendor, applied, tally(connection, tables))

    @classmethod
    def from_json(cls, text: bytes) -> "Manifest":
        """Raises BackupError for what is none."""
        try:
            told = json.loads(text)
            manifest = cls(**told)
        except (ValueError, TypeError, RecursionError) as error:
            raise BackupError("This is no backup of Chore: its manifest cannot be read.") from error
        if not _is_well_formed(told):
            raise BackupError("This is no backup of Chore: its manifest is another one.")
        return manifest

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=2)


def tables_with_trail(connection: BaseDatabaseWrapper) -> set[str]:
    """Return the tables of a database. Raises BackupError where there is none of Chore's."""
    tables = {*connection.introspection.table_names()}
    if "tracking_trackingevent" not in tables:
        raise BackupError("There is no trail in the database.")
    return tables


def applied_migrations(connection: BaseDatabaseWrapper) -> list[str]:
    return sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations())


def known_migrations() -> set[str]:
    """Return those which this version of Chore has."""
    return {f"{app}.{name}" for app, name in MigrationLoader(None, ignore_no_migrations=True).disk_migrations}


def refuse_newer(migrations: list[str], what: str) -> None:
    """Raises BackupError where this version does not have all of them; those of an app that it no longer uses do not matter."""
    known = known_migrations()
    apps = {name.partition(".")[0] for name in known}
    unknown = [name for name in migrations if name not in known and name.partition(".")[0] in apps]
    if unknown:
        raise BackupError(f"{what} is of a newer version of Chore: it has {', '.join(unknown)}.")


def _is_well_formed(told: Mapping[str, Any]) -> bool:
    return (
        all(isinstance(told[name], str) for name in ("version", "made_at", "database"))
        and isinstance(told["migrations"], list)
        and all(isinstance(name, str) for name in told["migrations"])
        and isinstance(told["tally"], dict)
        and all(isinstance(count, int) for count in told["tally"].values())
    )
