"""Where something is to be brought to: a place in which nobody lives."""

from django.conf import settings
from django.db import connection

from tracking import audit_log
from tracking.backups.dialects import dialect_of
from tracking.backups.errors import BackupError

OF_SOMEBODY = ("children_user", "children_family", "tracking_trackingevent")


def clear() -> None:
    """Have a database without a table. Raises BackupError where it holds a user, a family or an event."""
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        for table in [table for table in OF_SOMEBODY if table in tables]:
            cursor.execute(f'SELECT EXISTS (SELECT 1 FROM "{table}")')  # noqa: S608 - of this list
            if cursor.fetchone()[0]:
                raise BackupError(
                    f"This database is in use, {table} has rows: name an empty one, by CHORE_DATA_DIR or DATABASE_URL."
                )
    if tables - set(connection.introspection.django_table_names()) - {"django_migrations"}:
        raise BackupError("This database has tables that are not Chore's: name an empty one by DATABASE_URL.")
    dialect_of(connection).clear(connection, tables)


def refuse_logs() -> None:
    """Raises BackupError where the log folder has logs of another installation."""
    if audit_log.users_with_log() or any(audit_log.log_named(name).exists() for name in audit_log.NOBODYS):
        raise BackupError(
            f"There are logs already in {settings.LOG_DIR}: name an empty folder, by CHORE_DATA_DIR or CHORE_LOG_DIR."
        )
