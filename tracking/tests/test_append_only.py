"""The trail is append-only, by the database: raw SQL does not change it either. A user can be forgotten, and nothing else."""

import pytest
from django.db import IntegrityError, connection, transaction

from children import guards
from children.services.activations import activate
from tracking.guards import GUARDS
from tracking.models import TrackingEvent

TABLE = "tracking_trackingevent"
COLUMNS = [field.column for field in TrackingEvent._meta.local_fields]
NAMES = ", ".join(COLUMNS)
sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite's own words")
OTHER_VALUES = {
    "id": 4711,
    "actor_role": "child",
    "family_id": 4711,
    "child_id": 4711,
    "sequence": 4711,
    "entity_type": "penalty",
    "entity_id": 4711,
    "action": "cancelled",
    "points_before": 4711,
    "points_after": 4711,
    "delta": 4711,
    "occurred_at": "2020-01-01 00:00:00+00:00",
    "created_at": "2020-01-01 00:00:00+00:00",
    "metadata": None,
}


def run(sql, *params):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, params)


def refused(sql, *params):
    before = rows()
    with pytest.raises(IntegrityError, match="append-only"):
        run(sql, *params)
    assert rows() == before


def rows():
    return list(TrackingEvent.objects.order_by("id").values_list(*COLUMNS))


@pytest.fixture
def event(task, child, parent):
    """The first of two events."""
    for _ in range(2):
        activate(entity=task, child=child, by=parent)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a pending check would stop TRUNCATE before the guard does
    return TrackingEvent.objects.order_by("id").first()


def test_all_columns_are_tried():
    assert {*OTHER_VALUES, "user_id"} == set(COLUMNS)


@pytest.mark.parametrize("column", OTHER_VALUES)
def test_no_column_takes_another_value(event, column):
    refused(f"UPDATE {TABLE} SET {column} = %s WHERE id = %s", OTHER_VALUES[column], event.pk)


@pytest.mark.parametrize("column", COLUMNS)
def test_no_column_is_even_set_to_what_it_is(event, column):
    refused(f"UPDATE {TABLE} SET {column} = {column}")


def test_a_user_is_not_swapped_for_another(event, other_parent):
    refused(f"UPDATE {TABLE} SET user_id = %s WHERE id = %s", other_parent.pk, event.pk)


def test_a_user_is_forgotten(event):
    run(f"UPDATE {TABLE} SET user_id = NULL WHERE id = %s", event.pk)

    event.refresh_from_db()
    assert (event.user_id, event.actor_role) == (None, "parent")


def test_a_forgotten_user_is_not_put_back(event, parent):
    run(f"UPDATE {TABLE} SET user_id = NULL WHERE id = %s", event.pk)

    refused(f"UPDATE {TABLE} SET user_id = %s WHERE id = %s", parent.pk, event.pk)


@pytest.mark.parametrize("column", OTHER_VALUES)
def test_in_the_shadow_of_forgetting_nothing_else_changes(event, column):
    refused(f"UPDATE {TABLE} SET user_id = NULL, {column} = %s WHERE id = %s", OTHER_VALUES[column], event.pk)


def test_no_event_is_deleted(event):
    refused(f"DELETE FROM {TABLE} WHERE id = %s", event.pk)
    refused(f"DELETE FROM {TABLE}")


@pytest.mark.postgresql
@pytest.mark.parametrize("table", [TABLE, f"ONLY {TABLE}", f"{TABLE} CASCADE", f"{TABLE} RESTART IDENTITY"])
def test_the_table_is_not_truncated(event, table):
    refused(f"TRUNCATE {table}")


@pytest.mark.postgresql
def test_it_is_not_truncated_along_with_users_either(event):
    with pytest.raises(IntegrityError, match=r"append-only|tombstone"):
        run("TRUNCATE children_user CASCADE")


def copied(**values):
    """An INSERT ... SELECT of the first event with some other values."""
    selected = ", ".join(values.get(column, column) for column in COLUMNS)
    return f"INTO {TABLE} ({NAMES}) SELECT {selected} FROM {TABLE} WHERE id = (SELECT min(id) FROM {TABLE})"


SAME_ID = {"points_after": "points_after + 1", "delta": "delta + 1", "sequence": "4711"}
SAME_SEQUENCE = {"points_after": "points_after + 1", "delta": "delta + 1", "id": "4711"}


@sqlite
@pytest.mark.parametrize("same", [SAME_ID, SAME_SEQUENCE], ids=["id", "sequence"])
@pytest.mark.parametrize("insert", ["REPLACE", "INSERT OR REPLACE", "INSERT OR IGNORE", "INSERT OR FAIL"])
def test_no_event_is_replaced(event, insert, same):
    refused(f"{insert} {copied(**same)}")


@pytest.mark.parametrize(
    ("target", "same"), [("id", SAME_ID), ("child_id, sequence", SAME_SEQUENCE)], ids=["id", "sequence"]
)
@pytest.mark.parametrize("change", ["delta = 0", "points_after = 4711, delta = 4711", "user_id = user_id"])
def test_no_event_is_upserted(event, target, same, change):
    change = change.replace("= user_id", f"= {TABLE}.user_id")
    refused(f"INSERT {copied(**same)} ON CONFLICT ({target}) DO UPDATE SET {change}")


@sqlite
@pytest.mark.parametrize("conflict", ["", "OR REPLACE", "OR IGNORE", "OR FAIL", "OR ROLLBACK"])
@pytest.mark.parametrize("name", ["id", "rowid", "_rowid_", "oid", "ROWID"])
def test_no_event_moves_by_any_name_of_its_key(event, name, conflict):
    refused(f"UPDATE {conflict} {TABLE} SET {name} = 4711 WHERE id = %s", event.pk)


@sqlite
@pytest.mark.parametrize("name", ["id", "rowid", "_rowid_", "oid"])
def test_no_event_is_replaced_by_moving_another_over_it(event, name):
    refused(f"UPDATE OR REPLACE {TABLE} SET {name} = %s WHERE id <> %s", event.pk, event.pk)


@sqlite
@pytest.mark.parametrize("name", ["rowid", "_rowid_", "oid"])
def test_no_event_is_replaced_by_another_name_of_its_key(event, name):
    columns = NAMES.replace("id", name, 1)
    values = ", ".join({"sequence": "4711"}.get(column, column) for column in COLUMNS)

    refused(f"INSERT OR REPLACE INTO {TABLE} ({columns}) SELECT {values} FROM {TABLE}")


@sqlite
def test_forgetting_or_replacing_is_just_forgotten(event):
    run(f"UPDATE OR REPLACE {TABLE} SET user_id = NULL")

    assert TrackingEvent.objects.filter(user=None).count() == 2


@pytest.mark.postgresql
@pytest.mark.parametrize("trigger", [guard.trigger for guard in GUARDS if guard.postgresql] + ["ALL", "USER"])
def test_a_disabled_guard_is_detected(db, trigger):
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {TABLE} DISABLE TRIGGER {trigger}")

    assert trigger in {"ALL", "USER", *(guard.trigger for guard in guards.missing(connection))}
    assert guards.missing(connection)
