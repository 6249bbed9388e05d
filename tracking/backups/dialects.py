from types import ModuleType

from django.db.backends.base.base import BaseDatabaseWrapper

from tracking.backups import postgresql, sqlite

DIALECTS = {"sqlite": sqlite, "postgresql": postgresql}


def dialect_of(connection: BaseDatabaseWrapper) -> ModuleType:
    """Return how this kind of database is dumped, loaded and kept from others, and where it keeps the last id that it gave."""
    return DIALECTS[connection.vendor]
