"""What the database refuses must be there: after every migration, and loudly missed where somebody removed it."""

import os
import subprocess
import sys
from dataclasses import replace

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, migrations, models, transaction
from django.db.models.signals import post_migrate, pre_migrate
from django.test.utils import CaptureQueriesContext

from children import guards
from children.guards.guard import Guard
from children.guards.installer import DIALECTS, check_guards
from children.models import Child, Task
from children.points_guard import GUARDS

HERE = [guard for guard in GUARDS if getattr(guard, connection.vendor) is not None]
POINTS_MOVE = GUARDS[0]
sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite rebuilds tables")


def run(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)


def remove(guard):
    for statement in DIALECTS[connection.vendor].drop(guard):
        run(statement)


def missing():
    return [guard.trigger for guard in guards.missing(connection)]


def move_points(child):
    with transaction.atomic():
        Child.objects.filter(pk=child.pk).update(points=1_000)


def test_after_migrate_every_guard_is_there(db):
    assert missing() == []


def test_where_one_is_removed_the_database_refuses_no_more(child):
    remove(POINTS_MOVE)

    move_points(child)


@pytest.mark.parametrize("guard", HERE, ids=lambda guard: guard.name)
def test_one_removed_by_hand_is_named_and_migrate_makes_it_again(db, guard):
    remove(guard)

    assert missing() == [guard.trigger]
    with pytest.raises(CommandError, match=f"children.E001.*{guard.trigger}"):
        call_command("check", databases=["default"])
    call_command("migrate", verbosity=0)
    assert missing() == []
    call_command("check", databases=["default"])


def test_the_check_says_what_is_refused_no_more_and_what_to_do(db):
    remove(POINTS_MOVE)

    (error,) = check_guards(databases=["default"])

    assert (error.id, error.is_serious()) == ("children.E001", True)
    assert POINTS_MOVE.message in error.msg
    assert "migrate" in error.hint


def test_the_check_asks_no_database_unless_told(db, django_assert_num_queries):
    remove(POINTS_MOVE)

    with django_assert_num_queries(0):
        assert check_guards() == check_guards(databases=None) == []


def test_the_check_is_silent_where_there_is_no_table_yet(db):
    run("ALTER TABLE children_child RENAME TO children_later")

    assert missing() == []


def test_making_them_twice_is_as_once(db):
    guards.install(connection)
    guards.install(connection)

    assert missing() == []


def test_lifting_them_twice_is_as_once(db):
    guards.lift(connection)
    guards.lift(connection)

    assert {guard.trigger for guard in HERE} <= set(missing())


@sqlite
@pytest.mark.parametrize("when", ["BEFORE UPDATE ON children_child WHEN 0", "AFTER UPDATE ON children_child"])
def test_one_that_says_something_else_is_missing(db, when):
    remove(POINTS_MOVE)
    run(f"CREATE TRIGGER {POINTS_MOVE.trigger} {when} BEGIN SELECT RAISE(ABORT, '{POINTS_MOVE.message}'); END")

    assert missing() == [POINTS_MOVE.trigger]
    call_command("migrate", verbosity=0)
    assert missing() == []


UNLESS = Guard(
    name="unless",
    table="children_task",
    message="not now",
    sqlite="BEFORE {event} ON {{table}}",
    postgresql="BEFORE {event} ON {{table}} FOR EACH ROW",
    unless="EXISTS (SELECT 1 FROM children_family WHERE name = 'Open') OR EXISTS (SELECT 1 FROM children_child WHERE name = 'Open')",
)
WRITES = {
    "INSERT": (
        "INSERT INTO children_task (name, points, family_id) SELECT 'Other', points, family_id FROM children_task",
        ["Dishes", "Other"],
    ),
    "UPDATE": ("UPDATE children_task SET name = 'Other'", ["Other"]),
    "DELETE": ("DELETE FROM children_task", []),
}


@pytest.mark.parametrize("event", WRITES)
def test_one_with_an_unless_lets_through_what_it_says_and_nothing_else(task, child, family, event):
    sqlite, postgresql = (when.format(event=event) for when in (UNLESS.sqlite, UNLESS.postgresql))
    guard = replace(UNLESS, sqlite=sqlite, postgresql=postgresql)
    for statement in DIALECTS[connection.vendor].create(guard, []):
        run(statement)
    write, written = WRITES[event]

    with pytest.raises(IntegrityError, match="not now"), transaction.atomic():
        run(write)
    assert list(Task.objects.values_list("name", flat=True)) == ["Dishes"]
    Child.objects.filter(pk=child.pk).update(name="Open")
    run(write)
    assert list(Task.objects.order_by("id").values_list("name", flat=True)) == written


def test_one_with_another_unless_is_missing(db):
    with connection.cursor() as cursor:
        dialect, when = DIALECTS[connection.vendor], {"event": "DELETE"}
        guard = replace(UNLESS, sqlite=UNLESS.sqlite.format(**when), postgresql=UNLESS.postgresql.format(**when))
        for statement in dialect.create(guard, []):
            cursor.execute(statement)

        assert dialect.stands(cursor, guard, [])
        assert not dialect.stands(cursor, replace(guard, unless="1 = 1"), [])
        assert not dialect.stands(cursor, replace(guard, unless=None), [])


TAMPERED = {
    "disabled": "ALTER TABLE children_child DISABLE TRIGGER {trigger}",
    "disabled with all others": "ALTER TABLE children_child DISABLE TRIGGER USER",
    "for replicas only": "ALTER TABLE children_child ENABLE REPLICA TRIGGER {trigger}",
    "never": "CREATE OR REPLACE TRIGGER {trigger} BEFORE UPDATE ON children_child FOR EACH ROW WHEN (false) "
    "EXECUTE FUNCTION {trigger}()",
    "for one column": "CREATE OR REPLACE TRIGGER {trigger} BEFORE UPDATE OF name ON children_child FOR EACH ROW "
    "EXECUTE FUNCTION {trigger}()",
    "another function": "CREATE OR REPLACE TRIGGER {trigger} BEFORE UPDATE ON children_child FOR EACH ROW "
    "EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "toothless": "CREATE OR REPLACE FUNCTION {trigger}() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
}


@pytest.mark.postgresql
@pytest.mark.parametrize("how", TAMPERED)
def test_one_that_was_tampered_with_is_missing(db, how):
    run(TAMPERED[how].format(trigger=POINTS_MOVE.trigger))

    assert POINTS_MOVE.trigger in missing()
    call_command("migrate", verbosity=0)
    assert missing() == []


@sqlite
@pytest.mark.django_db(transaction=True)
def test_a_rebuilt_table_has_lost_them_and_migrate_makes_them_again(child):
    with connection.schema_editor() as editor:
        editor._remake_table(Child)

    assert set(missing()) == {guard.trigger for guard in HERE}
    call_command("migrate", verbosity=0)
    assert missing() == []
    with pytest.raises(IntegrityError, match="points move only"):
        move_points(child)


@pytest.mark.django_db(transaction=True)
def test_a_later_migration_of_the_table_leaves_them_behind(child, later_migration):
    operations = [
        migrations.AlterField("child", "name", models.CharField(max_length=200)),
        migrations.AddField("child", "note", models.TextField(default="")),
        migrations.RemoveField("child", "removed_at"),
    ]

    with later_migration("children", operations):
        assert missing() == []
        with pytest.raises(IntegrityError, match="points move only"):
            move_points(child)
    assert missing() == []


@pytest.fixture
def there_before_migrations():
    """Which guards stand, by app, when its migrations are about to run."""
    there = {}

    def note(*, sender, **_):
        there[sender.label] = {guard.trigger for guard in HERE} - set(missing())

    pre_migrate.connect(note)
    yield there
    pre_migrate.disconnect(note)


@pytest.mark.django_db(transaction=True)
def test_they_are_out_of_the_way_while_migrations_run(later_migration, there_before_migrations):
    with later_migration("children", [migrations.AddField("child", "note", models.TextField(default=""))]):
        assert there_before_migrations["children"] == set()


def test_they_stand_all_along_when_there_is_nothing_to_migrate(db, there_before_migrations):
    """And none is made anew: on PostgreSQL acts would wait for that, or it for them."""
    with CaptureQueriesContext(connection) as statements:
        call_command("migrate", verbosity=0)

    assert not [statement["sql"] for statement in statements if statement["sql"].startswith(("DROP", "CREATE"))]
    assert there_before_migrations["children"] == {guard.trigger for guard in HERE}
    assert missing() == []


def test_the_guards_of_one_app_are_made_with_its_tables_only(db):
    heard = []

    def note(*, sender, **_):
        heard.append((sender.label, POINTS_MOVE.trigger in missing()))

    remove(POINTS_MOVE)
    post_migrate.connect(note)
    try:
        call_command("migrate", verbosity=0)
    finally:
        post_migrate.disconnect(note)

    assert ("tracking", True) in heard
    assert ("children", False) in heard


def manage(*arguments, tmp_path):
    """Run `manage.py` in a process of its own, on the database of the tests."""
    database = connection.settings_dict
    place = f"{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT']}"
    url = f"sqlite:///{database['NAME']}" if connection.vendor == "sqlite" else f"postgres://{place}/{database['NAME']}"
    return subprocess.run(
        [sys.executable, settings.BASE_DIR / "manage.py", *arguments],
        env={**os.environ, "DATABASE_URL": url, "CHORE_DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.django_db(transaction=True)
def test_from_the_command_line_check_stops_and_migrate_mends(tmp_path):
    remove(POINTS_MOVE)
    checked = manage("check", "--database", "default", tmp_path=tmp_path)
    migrated = manage("migrate", tmp_path=tmp_path)

    assert (checked.returncode, migrated.returncode) == (1, 0), migrated.stderr
    assert POINTS_MOVE.trigger in checked.stderr
    assert missing() == []
    assert manage("check", "--database", "default", tmp_path=tmp_path).returncode == 0


@pytest.mark.parametrize(("needs", "stands"), [("children_nowhere", False), ("children_child", True), (None, True)])
def test_one_is_made_only_where_there_is_what_it_needs(db, monkeypatch, needs, stands):
    needy = replace(UNLESS, name="needy", sqlite="AFTER DELETE ON {table}", unless=None, needs=needs)
    does = {"sqlite": "SELECT 1", "postgresql": "PERFORM 1"}
    needy = replace(needy, postgresql="AFTER DELETE ON {table} FOR EACH ROW", does=does)
    monkeypatch.setattr("children.guards.installer._guards", [needy])

    guards.install(connection)

    assert missing() == []
    with connection.cursor() as cursor:
        assert DIALECTS[connection.vendor].stands(cursor, needy, []) is stands
