"""Where something is to be brought to: a place in which nobody lives. All of it raises BackupError where somebody does."""

from pathlib import Path

from django.conf import settings
from django.db import connection

from tracking import audit_log, unrecorded_log
from tracking.backups.errors import BackupError

OF_SOMEBODY = ("children_user", "children_family", "tracking_trackingevent")
NOT_A_MODELS = {"django_migrations"}


def refuse_inhabited_database() -> None:
    """By a user, a family or an event."""
    tables = connection.introspection.table_names()
    with connection.cursor() as cursor:
        for table in [table for table in OF_SOMEBODY if table in tables]:
            cursor.execute(f'SELECT EXISTS (SELECT 1 FROM "{table}")')  # noqa: S608 - of this list
            if cursor.fetchone()[0]:
                raise BackupError(
                    f"This database is in use, {table} has rows: name an empty one, by CHORE_DATA_DIR or DATABASE_URL."
                )


def refuse_tables_of_others() -> None:
    """What is there is to go."""
    ours = {*connection.introspection.django_table_names(), *NOT_A_MODELS}
    if not ours.issuperset(connection.introspection.table_names()):
        raise BackupError("This database has tables that are not Chore's: name an empty one by DATABASE_URL.")


def refuse_logs(unrecorded: bytes) -> None:
    """By logs of users, or by events in `unrecorded.log` that are not those which are brought."""
    if audit_log.users_with_log() or any(audit_log.log_named(name).exists() for name in audit_log.NOBODYS):
        _refuse_folder("logs")
    if _content(unrecorded_log.path()) not in {b"", unrecorded}:
        _refuse_folder("events that are still to be recorded")


def _refuse_folder(what: str) -> None:
    raise BackupError(
        f"There are {what} already in {settings.LOG_DIR}: name an empty folder, by CHORE_DATA_DIR or CHORE_LOG_DIR."
    )


def _content(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""
