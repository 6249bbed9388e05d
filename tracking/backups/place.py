"""Where something is to be brought to: a place in which nobody lives. All of it raises BackupError where somebody does."""

from django.conf import settings
from django.db import connection

from tracking import audit_log, unrecorded_log
from tracking.backups.errors import BackupError
from tracking.backups.files import content

NOT_A_MODELS = {"django_migrations"}
OF_NOBODY = {  # what migrate fills, and what is there before the first user: sessions, failed logins, proofs of no event
    *NOT_A_MODELS,
    *("auth_permission", "django_content_type", "django_session", "tracking_verification"),
    *("axes_accessattempt", "axes_accessattemptexpiration", "axes_accessfailurelog", "axes_accesslog"),
}


def refuse_inhabited_database() -> None:
    """By a row of whatever somebody has made."""
    tables = {*connection.introspection.table_names()} & {*connection.introspection.django_table_names()}
    with connection.cursor() as cursor:
        for table in sorted(tables - OF_NOBODY):
            cursor.execute(f'SELECT EXISTS (SELECT 1 FROM "{table}")')  # noqa: S608 - a model's
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
    if content(unrecorded_log.path()) not in {b"", unrecorded}:
        _refuse_folder("events that are still to be recorded")


def _refuse_folder(what: str) -> None:
    raise BackupError(
        f"There are {what} already in {settings.LOG_DIR}: name an empty folder, by CHORE_DATA_DIR or CHORE_LOG_DIR."
    )
