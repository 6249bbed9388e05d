from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection, migrations, models

from children import clock
from children.models import Family
from tracking.guards import GUARDS
from tracking.readiness import problems

HERE = [guard for guard in GUARDS if getattr(guard, connection.vendor) is not None]


def run(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)


def remove(guard):
    run(f'DROP TRIGGER "{guard.trigger}"' + (f" ON {guard.table}" if connection.vendor == "postgresql" else ""))


def wrong():
    return {name: problem for name, problem in problems().items() if problem}


def test_a_migrated_house_is_ready(db):
    assert problems() == dict.fromkeys(["database", "log_folder", "audit_log", "migrations", "guards", "clock"])


@pytest.mark.parametrize("guard", HERE, ids=lambda guard: guard.name)
def test_a_guard_that_was_removed_is_named_and_migrate_mends_it(db, guard):
    remove(guard)

    assert wrong() == {"guards": f"missing: {guard.trigger}"}
    with pytest.raises(CommandError, match=guard.trigger):
        call_command("check", databases=["default"])
    call_command("migrate", verbosity=0)
    assert wrong() == {}


@pytest.mark.postgresql
def test_a_guard_that_was_disabled_is_named(db):
    run(f"ALTER TABLE {HERE[0].table} DISABLE TRIGGER {HERE[0].trigger}")

    assert wrong() == {"guards": f"missing: {HERE[0].trigger}"}


def test_a_column_that_no_guard_knows_is_missed_until_migrate(db):
    run("ALTER TABLE tracking_trackingevent ADD COLUMN later integer")

    assert wrong() == {"guards": "missing: tracking_trackingevent_no_update"}
    call_command("migrate", verbosity=0)
    assert wrong() == {}


@pytest.mark.django_db(transaction=True)
def test_a_later_migration_leaves_guards_for_the_columns_that_are_there(later_migration):
    operations = [
        migrations.RemoveField("trackingevent", "metadata"),
        migrations.AddField("trackingevent", "later", models.TextField(default="")),
    ]

    with later_migration("tracking", operations):
        assert "guards" not in wrong()
    assert wrong() == {}


def test_a_migration_that_is_not_applied_is_told(db):
    run("DELETE FROM django_migrations WHERE id = (SELECT MAX(id) FROM django_migrations WHERE app = 'tracking')")

    assert wrong() == {"migrations": "1 not applied"}


def test_a_missing_table_is_told_without_breaking(db):
    run("ALTER TABLE children_family RENAME TO away")

    assert wrong().keys() == {"clock"}
    assert "/" not in wrong()["clock"]


def test_a_log_folder_is_made(db, settings):
    assert wrong() == {}
    assert settings.LOG_DIR.is_dir()


def test_a_log_folder_that_cannot_be_made_is_told_without_its_path(db, settings):
    settings.LOG_DIR.touch()

    assert wrong().keys() == {"log_folder"}
    assert str(settings.LOG_DIR) not in str(wrong())


@pytest.mark.parametrize(("behind", "told"), [(0.5, {}), (2, {"clock": "behind the last act"})])
def test_a_clock_behind_the_last_act_is_told(family, behind, told):
    Family.objects.update(last_act_at=clock.now() + timedelta(seconds=behind))

    assert wrong() == told


def test_a_database_that_does_not_answer_is_asked_once(db):
    """Each question would wait for it as long again."""
    asked = []

    def stay_silent(execute, sql, params, many, context):
        asked.append(sql)
        raise OperationalError

    with connection.execute_wrapper(stay_silent):
        assert wrong() == dict.fromkeys(["database", "migrations", "guards", "clock"], "OperationalError")
    assert len(asked) == 1
