"""An act never fails for its event, and an event is never lost for its act: with INSERTs that really fail."""

import json
import logging
from contextlib import contextmanager, nullcontext

import pytest
from django.db import connection, transaction
from django.db.migrations import AddConstraint, RemoveField
from django.db.migrations.loader import MigrationLoader
from django.db.models import CheckConstraint, Q

from children import guards
from children.models import Activation, User
from children.services.accounts import delete_user
from children.services.activations import activate, cancel_activation
from tracking.models import TrackingEvent, UnrecordedEvent
from tracking.services.recording import record
from tracking.tests.factories import build_event

real_commits = pytest.mark.django_db(transaction=True)

TABLE = "tracking_trackingevent"


def run(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)


@contextmanager
def a_trigger_that_raises():
    if connection.vendor == "sqlite":
        run(f"CREATE TRIGGER broken BEFORE INSERT ON {TABLE} BEGIN SELECT RAISE(ABORT, 'broken by hand'); END")
    else:
        run(
            "CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'broken by hand'; END $$"
        )
        run(f"CREATE TRIGGER broken BEFORE INSERT ON {TABLE} FOR EACH ROW EXECUTE FUNCTION broken()")
    try:
        yield
    finally:
        run("DROP TRIGGER broken" if connection.vendor == "sqlite" else "DROP FUNCTION broken() CASCADE")


@contextmanager
def migrated(operation):
    """The trail's table after a migration that the code does not know of."""
    before = MigrationLoader(connection).project_state()
    after = before.clone()
    operation.state_forwards("tracking", after)
    alter(operation.database_forwards, before, after)
    try:
        yield
    finally:
        alter(operation.database_backwards, after, before)


def alter(change, old, new):
    guards.lift(connection)
    with connection.schema_editor() as editor:
        change("tracking", editor, old, new)
    guards.install(connection)


def a_column_dropped():
    return migrated(RemoveField("trackingevent", "metadata"))


def a_constraint_added():
    return migrated(AddConstraint("trackingevent", CheckConstraint(name="no_more", condition=Q(delta__lt=0))))


@contextmanager
def the_table_renamed(table=TABLE):
    run(f"ALTER TABLE {table} RENAME TO {table}_away")
    try:
        yield
    finally:
        run(f"ALTER TABLE {table}_away RENAME TO {table}")


def nowhere_to_keep():
    return the_table_renamed("tracking_unrecordedevent")


BREAKS = [a_trigger_that_raises, a_column_dropped, a_constraint_added, the_table_renamed]
broken_in_every_way = pytest.mark.parametrize("broken", BREAKS, ids=lambda broken: broken.__name__)


@pytest.fixture
def critical(caplog):
    """The lines that the log was told as the last resort."""
    caplog.set_level(logging.CRITICAL, logger="tracking.unrecorded")
    return lambda: [record.getMessage() for record in caplog.records if record.name == "tracking.unrecorded"]


@real_commits
@broken_in_every_way
def test_the_act_commits_and_its_event_waits(task, child, parent, critical, broken):
    with broken():
        activation = activate(entity=task, child=child, by=parent)

    child.refresh_from_db()
    unrecorded = UnrecordedEvent.objects.get()
    event = TrackingEvent.from_dict(unrecorded.event)
    assert (child.points, child.sequence, Activation.objects.get()) == (10, 1, activation)
    assert (unrecorded.child_id, unrecorded.sequence, unrecorded.attempts) == (child.pk, 1, 1)
    assert (event.user_id, event.delta, event.occurred_at) == (parent.pk, 10, activation.occurred_at)
    assert event.metadata == {"entity_name": "Dishes", "points": 10, "activation_id": activation.pk}
    assert "Error" in unrecorded.error
    assert critical() == []
    assert not TrackingEvent.objects.exists()


@real_commits
def test_once_it_is_mended_the_next_act_is_recorded(task, child, parent):
    with a_trigger_that_raises():
        activate(entity=task, child=child, by=parent)

    activate(entity=task, child=child, by=parent)

    event = TrackingEvent.objects.get()
    assert (event.sequence, event.points_before, event.points_after) == (2, 10, 20)
    assert UnrecordedEvent.objects.get().sequence == 1


@real_commits
def test_what_waits_can_be_recorded_as_it_was(task, child, parent):
    with a_trigger_that_raises():
        activate(entity=task, child=child, by=parent)

    waiting = UnrecordedEvent.objects.get().event
    TrackingEvent.from_dict(waiting).save()

    recorded = TrackingEvent.objects.get()
    assert recorded.to_dict() == {**waiting, "id": recorded.pk}


@real_commits
def test_several_acts_of_one_transaction_wait_each(task, child, parent):
    with a_trigger_that_raises(), transaction.atomic():
        activation = activate(entity=task, child=child, by=parent)
        cancel_activation(activation=activation, by=parent)

    assert list(UnrecordedEvent.objects.order_by("sequence").values_list("sequence", flat=True)) == [1, 2]


@real_commits
@broken_in_every_way
def test_where_nothing_takes_the_event_the_log_does(task, child, parent, settings, critical, broken):
    with broken(), nowhere_to_keep():
        activation = activate(entity=task, child=child, by=parent)

    child.refresh_from_db()
    (line,) = critical()
    event = TrackingEvent.from_dict(json.loads(line))
    assert (child.points, child.sequence, Activation.objects.get()) == (10, 1, activation)
    assert (event.child_id, event.sequence, event.user_id, event.delta) == (child.pk, 1, parent.pk, 10)
    assert (settings.LOG_DIR / "unrecorded.log").read_text() == f"{line}\n"
    assert not UnrecordedEvent.objects.exists()


@real_commits
def test_the_log_is_written_when_the_act_is_really_there(task, child, parent, critical):
    with a_trigger_that_raises(), nowhere_to_keep(), transaction.atomic():
        activate(entity=task, child=child, by=parent)

        assert critical() == []

    assert len(critical()) == 1


@real_commits
def test_each_line_is_appended_and_ascii(task, child, parent, settings):
    type(task).objects.filter(pk=task.pk).update(name="Geschirr\nspülen")
    with a_trigger_that_raises(), nowhere_to_keep():
        for _ in range(2):
            activate(entity=task, child=child, by=parent)

    lines = (settings.LOG_DIR / "unrecorded.log").read_text(encoding="ascii").splitlines()
    assert [json.loads(line)["sequence"] for line in lines] == [1, 2]
    assert json.loads(lines[0])["metadata"]["entity_name"] == "Geschirr\nspülen"


@real_commits
def test_where_the_log_cannot_be_written_the_act_stands(task, child, parent, settings, capsys):
    settings.LOG_DIR.parent.mkdir(exist_ok=True)
    settings.LOG_DIR.touch()

    with a_trigger_that_raises(), nowhere_to_keep():
        activate(entity=task, child=child, by=parent)

    child.refresh_from_db()
    assert child.points == 10
    assert "unrecorded_log" in capsys.readouterr().err


@real_commits
@pytest.mark.parametrize("keep", [nowhere_to_keep, nullcontext], ids=["log", "table"])
def test_an_act_that_is_rolled_back_leaves_no_event_anywhere(task, child, parent, settings, critical, keep):
    with a_trigger_that_raises(), keep(), transaction.atomic():
        activate(entity=task, child=child, by=parent)
        transaction.set_rollback(True)

    assert critical() == []
    assert not (settings.LOG_DIR / "unrecorded.log").exists()
    assert [model.objects.count() for model in (TrackingEvent, UnrecordedEvent, Activation)] == [0, 0, 0]


@real_commits
def test_an_event_whose_user_is_gone_is_recorded_with_nobody(parent):
    gone = User.objects.create(username="gone")
    gone_id = gone.pk
    delete_user(user=gone, by=None)

    with transaction.atomic():
        record(build_event(user_id=gone_id, actor_role="parent"))

    event = TrackingEvent.objects.get()
    assert (event.user_id, event.actor_role) == (None, "parent")
    assert not UnrecordedEvent.objects.exists()


@real_commits
def test_what_waits_forgets_a_deleted_user_and_nothing_else(task, child, parent, other_parent):
    with a_trigger_that_raises():
        activate(entity=task, child=child, by=other_parent)
        activate(entity=task, child=child, by=parent)
    before = [unrecorded.event for unrecorded in UnrecordedEvent.objects.order_by("sequence")]

    delete_user(user=other_parent, by=parent)

    after = [unrecorded.event for unrecorded in UnrecordedEvent.objects.order_by("sequence")]
    assert after == [{**before[0], "user_id": None}, before[1]]


@pytest.mark.broken_receiver
def test_a_receiver_of_somebody_else_that_breaks_does_not_break_the_act(task, child, parent):
    from children.signals import task_activated

    def fail(**_):
        raise RuntimeError

    task_activated.connect(fail)
    try:
        activate(entity=task, child=child, by=parent)
    finally:
        task_activated.disconnect(fail)

    assert TrackingEvent.objects.count() == Activation.objects.count() == 1


def test_where_an_insert_tells_nothing_the_event_is_known_all_the_same(db, parent, monkeypatch):
    """As of SQLite before 3.35."""
    if connection.vendor == "postgresql":
        pytest.skip("PostgreSQL always tells")
    monkeypatch.setattr(type(connection.features), "can_return_columns_from_insert", False)
    events = [build_event(sequence=1, user_id=parent.pk), build_event(sequence=2, user_id=10**9)]

    for event in events:
        record(event)

    assert list(TrackingEvent.objects.order_by("id").values_list("id", "user_id")) == [
        (events[0].pk, parent.pk),
        (events[1].pk, None),
    ]
    assert [event.user_id for event in events] == [parent.pk, None]


def test_the_event_is_written_after_it_occurred(task, child, parent):
    activate(entity=task, child=child, by=parent)

    event = TrackingEvent.objects.get()
    assert event.occurred_at <= event.created_at
