"""The one door of the append-only trail: it lets events out that occurred before its cutoff, within its transaction, and nothing else."""

import pytest
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, transaction

from children import guards
from children.errors import RefusedByDesign
from tracking.guards import GUARDS, TABLE
from tracking.models import PurgeDoor, TrackingEvent
from tracking.tests.aging import noon
from tracking.tests.factories import make_event
from tracking.tests.racing import holding, race
from tracking.verification.verify import Tally, verify

DOOR = "tracking_purgedoor"
CUTOFF = noon(5).replace(microsecond=42)
NO_DELETE = next(guard for guard in GUARDS if guard.name == "no_delete")
sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite's own words")


def open_door(cutoff=CUTOFF):
    PurgeDoor.objects.create(pk=PurgeDoor.ONLY, cutoff=cutoff)


def run(sql, *parameters):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, parameters)


def refused(sql, *parameters):
    before = rows()
    with pytest.raises(IntegrityError, match="append-only"):
        run(sql, *parameters)
    assert rows() == before


def rows():
    return list(TrackingEvent.objects.order_by("id").values())


def delete(event):
    run(f"DELETE FROM {TABLE} WHERE id = %s", event.pk)


@pytest.fixture
def old(db):
    return make_event(sequence=1, occurred_at=noon(1))


@pytest.fixture
def young(db):
    return make_event(sequence=2, occurred_at=noon(9))


def test_shut_it_lets_nothing_out(old):
    refused(f"DELETE FROM {TABLE}")


def test_open_it_lets_out_what_is_old(old, young):
    open_door()

    delete(old)

    assert TrackingEvent.objects.get() == young


def test_open_it_keeps_what_is_young(old, young):
    open_door()

    refused(f"DELETE FROM {TABLE} WHERE id = %s", young.pk)
    refused(f"DELETE FROM {TABLE}")


@pytest.mark.parametrize("microsecond", [0, 1, 41, 500_000, 999_999])
@pytest.mark.parametrize("cutoff", [0, 1, 42, 500_000, 999_999])
def test_it_is_as_exact_as_moments_are(db, microsecond, cutoff):
    """SQLite keeps a moment as text, without a fraction where there is none."""
    event = make_event(occurred_at=CUTOFF.replace(microsecond=microsecond))
    open_door(CUTOFF.replace(microsecond=cutoff))

    if microsecond < cutoff:
        delete(event)
    else:
        refused(f"DELETE FROM {TABLE}")


def test_shut_again_it_lets_nothing_out(old):
    open_door()
    PurgeDoor.objects.all().delete()

    refused(f"DELETE FROM {TABLE}")


def test_there_is_one_only(db):
    open_door()

    with pytest.raises(IntegrityError), transaction.atomic():
        open_door()
    with pytest.raises(IntegrityError), transaction.atomic():
        PurgeDoor.objects.create(pk=2, cutoff=CUTOFF)


# Open, all else is refused as ever


@pytest.mark.parametrize("column", ["points_after", "occurred_at", "metadata", "id"])
def test_open_it_lets_nothing_be_changed(old, column):
    open_door()

    refused(f"UPDATE {TABLE} SET {column} = {column}")


@pytest.mark.postgresql
def test_open_the_table_is_not_truncated(old):
    open_door()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a pending check would stop TRUNCATE before the guard does

    refused(f"TRUNCATE {TABLE}")


@sqlite
def test_open_nothing_is_replaced(old):
    open_door()
    columns = ", ".join(field.column for field in TrackingEvent._meta.local_fields)

    refused(f"REPLACE INTO {TABLE} ({columns}) SELECT {columns} FROM {TABLE}")


# Others


def test_the_model_has_one_way_out_only(old, young):
    open_door()

    for refuse in (
        old.delete,
        TrackingEvent.objects.all().delete,
        TrackingEvent.objects.filter(pk=old.pk).delete,
        lambda: TrackingEvent.objects.update(points_after=0),
    ):
        with pytest.raises(RefusedByDesign):
            refuse()
    assert TrackingEvent.objects.filter(pk=old.pk).purge() == 1
    assert TrackingEvent.objects.get() == young


def test_the_models_way_out_leads_through_the_door(old):
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        TrackingEvent.objects.all().purge()


def test_no_manager_offers_it():
    """A purge of all there is would be a slip of the pen."""
    assert not hasattr(TrackingEvent.objects, "purge")


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgresql
def test_nobody_else_gets_through_the_door_of_a_transaction(old):
    with holding(open_door):
        refused(f"DELETE FROM {TABLE}")
        race(lambda: refused(f"DELETE FROM {TABLE}"))


@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_is_lost_takes_its_door_with_it(old):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        open_door()
        delete(old)
        raise ZeroDivisionError

    assert TrackingEvent.objects.get() == old
    assert not PurgeDoor.objects.exists()


def test_left_open_it_is_named(db):
    open_door()

    (finding,) = verify(Tally())

    assert finding.check == "guard"
    assert DOOR in str(finding)


# The guard


def test_the_guard_is_there_after_migrate(db):
    assert guards.missing(connection) == []


@sqlite
def test_a_guard_without_its_bound_is_missed_on_sqlite(db):
    run(f"DROP TRIGGER {NO_DELETE.trigger}")
    run(
        f'CREATE TRIGGER "{NO_DELETE.trigger}" BEFORE DELETE ON "{TABLE}" WHEN NOT EXISTS (SELECT 1 FROM {DOOR}) '
        f"BEGIN SELECT RAISE(ABORT, '{NO_DELETE.message}'); END"
    )

    assert guards.missing(connection) == [NO_DELETE]


@pytest.mark.postgresql
def test_a_guard_without_its_bound_is_missed_on_postgresql(db):
    run(
        f"CREATE OR REPLACE FUNCTION {NO_DELETE.trigger}() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN "
        f"IF EXISTS (SELECT 1 FROM {DOOR}) THEN RETURN OLD; END IF; RAISE EXCEPTION '{NO_DELETE.message}'; END$$"
    )

    assert guards.missing(connection) == [NO_DELETE]


def test_where_there_is_no_door_nothing_is_let_out(old):
    with transaction.atomic():
        run(f"DROP TABLE {DOOR}")
        with pytest.raises(DatabaseError):
            delete(old)
        transaction.set_rollback(True)

    assert TrackingEvent.objects.get() == old


@pytest.mark.django_db(transaction=True)
def test_the_migration_makes_it_and_takes_it_away(old):
    call_command("migrate", "tracking", "0002", verbosity=0)
    try:
        with pytest.raises(DatabaseError):
            delete(old)
    finally:
        call_command("migrate", verbosity=0)

    assert guards.missing(connection) == []
    refused(f"DELETE FROM {TABLE}")
    open_door()
    delete(old)
