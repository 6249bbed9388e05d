"""The tables of the database, those that Django does not know too."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import connection

from children.models import User
from children.services.sessions import sessions_of
from tracking.traces.identity import Identity
from tracking.verification.snapshot import snapshot

CHUNK = 1000
TEXTS = {"CharField", "TextField", "JSONField"}
USERS = User._meta.db_table
# What belongs to an account, and goes with it.
ACCOUNT = {
    *(USERS, "children_user_groups", "children_user_user_permissions", "children_authtoken", "children_child"),
    *("django_session", "django_admin_log", "axes_accessattempt", "axes_accessfailurelog", "axes_accesslog"),
}
# The words of the product itself, which may be somebody's name by chance.
PRODUCT = {"django_migrations", "django_content_type", "auth_permission", "sqlite_sequence"}
# Columns in which all but numbers is.
ONLY_NUMBERS = {
    ("tracking_verification", "first_findings"),
    ("django_admin_log", "change_message"),
    (USERS, "deletion_error"),
}
# Columns in which names are.
ONLY_NAMES = {(f"axes_{table}", "username") for table in ("accessattempt", "accessfailurelog", "accesslog")}
# The words of families and admins, of other users, and of browsers.
BROWSERS = {"user_agent", "path_info", "http_accept"}
NAMED = ("children_child", "children_task", "children_penalty", "rewards_reward", "auth_group")
OWN_WORDS = {
    **{table: {"name"} for table in NAMED},
    USERS: {"username", "email", "first_name", "last_name", "password"},
    "children_family": {"name", "timezone"},
    "children_authtoken": {"name", "digest", "token_key"},
    "children_idempotencykey": {"key", "fingerprint"},
    "django_session": {"session_key", "session_data"},
    "django_admin_log": {"object_id", "object_repr"},
    **dict.fromkeys(("axes_accessattempt", "axes_accessfailurelog", "axes_accesslog"), BROWSERS),
}


def scan_tables(identity: Identity, *, account: bool) -> tuple[int, Counter[str]]:
    """Return how many tables there are, and how many rows name the user, by column; without `account`, not what belongs to it.

    All is read from one moment, without making anybody wait.
    """
    found: Counter[str] = Counter()
    with snapshot(), connection.cursor() as cursor:
        tables = sorted(set(connection.introspection.table_names(cursor)) - (set() if account else ACCOUNT))
        for table in tables:
            found.update(_by_reference(cursor, table, identity))
            for column in _texts(cursor, table):
                names = _how_named(table, column, identity)
                found[f"{table}.{column}"] += sum(map(names, _candidates(table, column, identity)))
        if account:
            found.update(dict(_hidden(identity)))
    return len(tables), +found


def _how_named(table: str, column: str, identity: Identity) -> Callable[[str], bool]:
    if (table, column) in ONLY_NAMES:
        return identity.is_called
    return Identity(identity.user_id).is_named_in if (table, column) in ONLY_NUMBERS else identity.is_named_in


def _by_reference(cursor: Any, table: str, identity: Identity) -> dict[str, int]:
    relations = connection.introspection.get_relations(cursor, table)
    columns = {column for column, relation in relations.items() if relation[1] == USERS}
    if table == USERS:
        columns.add("id")
    return {f"{table}.{column}": _count(cursor, table, column, identity.user_id) for column in columns}


def _count(cursor: Any, table: str, column: str, value: int) -> int:
    quoted = map(connection.ops.quote_name, (table, column))
    cursor.execute("SELECT COUNT(*) FROM {} WHERE {} = %s".format(*quoted), [value])  # noqa: S608 - names of the database
    count: int = cursor.fetchone()[0]
    return count


def _texts(cursor: Any, table: str) -> Iterator[str]:
    """Yield the columns that hold text which the product wrote, or passed on."""
    if table in PRODUCT:
        return
    exempt = OWN_WORDS.get(table, set()) | _vocabulary(table)
    for column in connection.introspection.get_table_description(cursor, table):
        if column.name not in exempt and _is_text(column):
            yield column.name


def _vocabulary(table: str) -> set[str]:
    """The columns that hold one of a few words of the product's."""
    models = (model for model in apps.get_models(include_auto_created=True) if model._meta.db_table == table)
    return {field.column for model in models for field in model._meta.concrete_fields if field.choices and field.column}


def _is_text(column: Any) -> bool:
    try:
        return connection.introspection.get_field_type(column.type_code, column) in TEXTS
    except KeyError:  # a type that Django does not know may hold anything
        return True


def _candidates(table: str, column: str, identity: Identity) -> Iterator[str]:
    """Yield the texts in which the database finds the letters of a name, or a user's number."""
    name, quoted_table = map(connection.ops.quote_name, (column, table))
    patterns = [*map(_containing, identity.spellings), f"%user%{identity.user_id}%"]
    like = "ILIKE" if connection.vendor == "postgresql" else "LIKE"  # SQLite's knows the cases of ASCII
    alike = " OR ".join([f"CAST({name} AS text) {like} %s ESCAPE '!'"] * len(patterns))
    with connection.chunked_cursor() as cursor:
        cursor.execute(f"SELECT CAST({name} AS text) FROM {quoted_table} WHERE {alike}", patterns)  # noqa: S608
        while rows := cursor.fetchmany(CHUNK):
            yield from (text for (text,) in rows)


def _containing(text: str) -> str:
    return f"%{text.replace('!', '!!').replace('%', '!%').replace('_', '!_')}%"


def _hidden(identity: Identity) -> Iterable[tuple[str, int]]:
    """What only Django can read: whose a session is, and of what the admin site's log tells."""
    entries = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(User))
    yield f"{Session._meta.db_table}.session_data", len(sessions_of(identity.user_id))
    yield f"{LogEntry._meta.db_table}.object_id", entries.filter(object_id=str(identity.user_id)).count()
    names = entries.values_list("object_repr", flat=True)
    yield f"{LogEntry._meta.db_table}.object_repr", sum(map(identity.is_called, names))
