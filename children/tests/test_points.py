"""The guard on the child's row: nobody moves points without the next sequence, and the row stays."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from children.locks import lock_child
from children.models import Child
from children.points import change_points, floored
from children.services.activations import activate
from children.tests.factories import make_child

sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite's own words")


def refused(sql, *params, match):
    with pytest.raises(IntegrityError, match=match), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, params)


@pytest.fixture
def earner(child, task, parent):
    activate(entity=task, child=child, by=parent)
    child.refresh_from_db()
    return child


def test_a_change_counts_the_next_sequence(child):
    locked = lock_child(child)

    change = change_points(locked, 5, reserve=2)

    child.refresh_from_db()
    assert (child.points, child.reserved, child.sequence) == (5, 2, 1)
    assert (change.before, change.after, change.delta, change.sequence) == (0, 5, 5, 1)
    assert change.occurred_at == locked.family.last_act_at


def test_a_change_of_nothing_counts_too(child):
    assert change_points(lock_child(child), 0).sequence == 1


@pytest.mark.parametrize(
    ("floor", "points", "delta", "real"),
    [(True, 3, -4, -3), (True, 0, -4, 0), (True, -2, -4, 0), (True, -2, 4, 4), (True, 9, -4, -4), (False, 3, -4, -4)],
)
def test_the_floor(family, floor, points, delta, real):
    family.floor_at_zero = floor

    assert floored(Child(family=family, points=points), delta) == real


@pytest.mark.parametrize("column", ["points", "reserved"])
def test_update_does_not_move_points(earner, column):
    with pytest.raises(IntegrityError, match="points move only"), transaction.atomic():
        Child.objects.filter(pk=earner.pk).update(**{column: F(column) + 1})


@pytest.mark.parametrize("sequence", [0, 3, -1])
def test_the_sequence_moves_by_one_only(earner, sequence):
    with pytest.raises(IntegrityError, match="points move only"), transaction.atomic():
        Child.objects.filter(pk=earner.pk).update(points=11, sequence=sequence)


def test_save_and_bulk_update_do_not_move_points(earner):
    earner.points = 1_000

    with pytest.raises(IntegrityError, match="points move only"), transaction.atomic():
        earner.save()
    with pytest.raises(IntegrityError, match="points move only"), transaction.atomic():
        Child.objects.bulk_update([earner], ["points"])


@pytest.mark.parametrize(
    "change", ["points = points + 1", "reserved = 5", "sequence = 7", "sequence = 0", "points = 0, sequence = 3"]
)
def test_raw_sql_does_not_move_points(earner, change):
    refused(f"UPDATE children_child SET {change} WHERE id = %s", earner.pk, match="points move only")


def test_what_is_not_points_can_change(earner):
    Child.objects.filter(pk=earner.pk).update(name="Augusta")

    earner.refresh_from_db()
    assert earner.name == "Augusta"


@pytest.mark.parametrize("key", ["id", pytest.param("rowid", marks=sqlite), pytest.param("_rowid_", marks=sqlite)])
def test_a_child_keeps_its_id(child, key):
    refused(f"UPDATE children_child SET {key} = 4711 WHERE id = %s", child.pk, match="points move only")


def test_a_child_is_not_deleted(child):
    refused("DELETE FROM children_child WHERE id = %s", child.pk, match="leaves a tombstone")
    refused("DELETE FROM children_child", match="leaves a tombstone")


@pytest.mark.postgresql
@pytest.mark.parametrize("table", ["children_child", "children_family", "children_user"])
def test_the_table_is_not_emptied(child, table):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    refused(f"TRUNCATE {table} CASCADE", match="leaves a tombstone|append-only")


COLUMNS = "id, family_id, name, points, reserved, sequence, login_id, removed_at"


@sqlite
@pytest.mark.parametrize("insert", ["REPLACE INTO", "INSERT OR REPLACE INTO", "INSERT OR IGNORE INTO", "INSERT INTO"])
def test_a_child_is_not_replaced(earner, insert):
    values = f"{insert} children_child ({COLUMNS}) VALUES (%s, %s, 'Ada', 1000, 0, 1, NULL, NULL)"
    refused(values, earner.pk, earner.family_id, match="not replaced")


@sqlite
@pytest.mark.parametrize("insert", ["REPLACE INTO", "INSERT OR REPLACE INTO"])
def test_a_child_is_not_replaced_by_another_with_its_login(child, insert):
    values = f"{insert} children_child ({COLUMNS}) VALUES (4711, %s, 'Eve', 1000, 0, 1, %s, NULL)"
    refused(values, child.family_id, child.login_id, match="not replaced")


@sqlite
def test_a_child_is_not_replaced_by_handing_its_login_on(child, sibling):
    refused(
        "UPDATE OR REPLACE children_child SET login_id = %s WHERE id = %s", child.login_id, sibling.pk, match="replaced"
    )


@sqlite
@pytest.mark.parametrize("conflict", ["OR REPLACE", "OR IGNORE", "OR FAIL"])
def test_no_conflict_clause_moves_points(earner, conflict):
    refused(f"UPDATE {conflict} children_child SET points = 1000", match="points move only")


@pytest.mark.parametrize("change", ["points = 1000", "sequence = 7"])
def test_an_upsert_does_not_move_points(earner, change):
    values = f"INSERT INTO children_child ({COLUMNS}) VALUES (%s, %s, 'Ada', 0, 0, 0, NULL, NULL)"
    refused(
        f"{values} ON CONFLICT (id) DO UPDATE SET {change}",
        earner.pk,
        earner.family_id,
        match="points move only|not replaced",
    )


def test_the_orms_upsert_does_not_move_points(earner):
    forged = Child(pk=earner.pk, family=earner.family, points=1_000)

    with pytest.raises(IntegrityError, match=r"points move only|not replaced"), transaction.atomic():
        Child.objects.bulk_create([forged], update_conflicts=True, unique_fields=["id"], update_fields=["points"])


def test_reserved_is_never_below_zero(child):
    with pytest.raises(IntegrityError, match="child_reserved_not_negative"), transaction.atomic():
        change_points(lock_child(child), 0, reserve=-1)


def test_sequence_is_never_below_zero(family):
    with pytest.raises(IntegrityError, match="child_sequence_not_negative"), transaction.atomic():
        Child.objects.create(family=family, sequence=-1)


def test_a_login_is_of_one_child(child):
    with pytest.raises(IntegrityError), transaction.atomic():
        Child.objects.create(family=child.family, login=child.login)


def test_new_children_come_in_as_ever(family):
    assert make_child(family).pk != make_child(family).pk


def test_a_child_stays_in_its_family(child, strangers_family):
    refused(
        "UPDATE children_child SET family_id = %s WHERE id = %s",
        strangers_family.pk,
        child.pk,
        match="points move only",
    )
