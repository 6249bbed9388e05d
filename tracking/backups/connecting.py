"""A connection to another database than the one that is served."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import dj_database_url
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from tracking.backups.errors import BackupError

ALIAS = "other"
SQLITE, POSTGRESQL = "django.db.backends.sqlite3", "django.db.backends.postgresql"


@contextmanager
def connected(database: Mapping[str, Any]) -> Iterator[BaseDatabaseWrapper]:
    """Connect to a database, as Django's settings describe one, for the time of the block."""
    known = connections.configure_settings({"default": {"ENGINE": database["ENGINE"]}, ALIAS: dict(database)})
    connections.settings[ALIAS] = known[ALIAS]
    try:
        _connect(connections[ALIAS])
        yield connections[ALIAS]
    finally:
        connections[ALIAS].close()
        del connections[ALIAS]
        del connections.settings[ALIAS]


def _connect(connection: BaseDatabaseWrapper) -> None:
    try:
        connection.ensure_connection()
    except (ImproperlyConfigured, TypeError, ValueError) as error:  # of what stands behind the `?` of a URL too
        raise BackupError(f"Not a database URL: {error}") from error


def database_at(url: str) -> dict[str, Any]:
    """Return the settings of a database that is there. Raises BackupError for another URL than of SQLite or PostgreSQL."""
    try:
        database = dict(dj_database_url.parse(url))
    except ValueError as error:
        raise BackupError(
            "Not a database URL: sqlite:///PATH or postgres://USER@HOST/NAME, with PGPASSWORD or ~/.pgpass."
        ) from error
    if database["ENGINE"] == SQLITE:
        path = Path(str(database["NAME"]))
        if not path.is_file():
            raise BackupError(f"There is no database {path}.")
        database["NAME"] = f"file:{quote(str(path.absolute()))}?mode=rw"  # which makes none
    elif database["ENGINE"] != POSTGRESQL:
        raise BackupError("Only sqlite:// and postgres:// are supported.")
    return database
