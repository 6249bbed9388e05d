"""`kill -9` of `anonymize_user` in the midst of its work, again and again; run once more, it ends as if nothing had happened."""

import os
import sqlite3
import sys
from contextlib import closing, suppress
from signal import SIGKILL
from subprocess import DEVNULL, Popen
from time import sleep

import psycopg
import pytest
from django.conf import settings

from tracking.tests.faults.notes import note
from tracking.tests.installation import installed

LIVES = max(1, int(os.environ.get("CHORE_TEST_KILLS") or 0) // 8)
KILLS = 3  # in each
EVENTS = 10_000 if LIVES > 1 else 6_000  # of which a parent did half: no fewer chunks than kills

START = """
import io
import json
from django.core.management import call_command
from django.core.serializers.json import DjangoJSONEncoder
from children.models import Activation
from tracking.models import TrackingEvent
from tracking.verification.verify import Tally, verify
"""
FILL = """
from datetime import timedelta
from django.db import connection, models, transaction
from children import clock, guards
from children.models import Child, Family, Task, User

family, task = Family.objects.get(), Task.objects.get()
users = [User.objects.get(), User.objects.create(username="other", family=family)]
child, now = Child.objects.first(), clock.now() - timedelta(days=1)
numbers = range(1, EVENTS + 1)
moments = {number: now + timedelta(seconds=number) for number in numbers}
with transaction.atomic():
    guards.lift(connection)  # they look at each row
    activations = Activation.objects.bulk_create([
        Activation(kind="task", entity_id=task.pk, child=child, points=10, delta=10, sequence=number, by=users[number % 2],
                   occurred_at=moments[number])
        for number in numbers
    ], batch_size=1000)
    TrackingEvent.objects.bulk_create([
        TrackingEvent(user=act.by, actor_role="parent", family_id=family.pk, child_id=child.pk, sequence=act.sequence,
                      entity_type="task", entity_id=task.pk, action="activated", points_before=10 * act.sequence - 10,
                      points_after=10 * act.sequence, delta=10, occurred_at=act.occurred_at, created_at=act.occurred_at,
                      metadata={"entity_name": task.name, "points": 10, "activation_id": act.pk})
        for act in activations
    ], batch_size=1000)
    models.QuerySet(Child).filter(pk=child.pk).update(points=10 * EVENTS, sequence=EVENTS)
    models.QuerySet(Family).update(last_act_at=moments[EVENTS])
    guards.install(connection)
call_command("rebuild_audit_log", stdout=io.StringIO())
""".replace("EVENTS", str(EVENTS))
FINISH = """
call_command("anonymize_user", "parent", interactive=False, stdout=io.StringIO())
"""
LOOK = """
print(json.dumps({
    "findings": list(map(str, verify(Tally()))),
    "events": [event.to_dict() for event in TrackingEvent.objects.order_by("id")],
    "activations": list(Activation.objects.order_by("id").values()),
}, cls=DjangoJSONEncoder))
"""
NAMING = ("tracking_trackingevent WHERE user_id", "children_activation WHERE by_id")


@pytest.fixture(scope="module")
def long_life(model_home, tmp_path_factory):
    """An installation of a family with many events, and what is in its database and its logs."""
    with installed(tmp_path_factory.mktemp("long") / "data", like=model_home[0]) as installation:
        yield installation, installation.tell(START + FILL + LOOK), logs_of(installation)


def logs_of(installation):
    return {path.name: path.read_bytes() for path in (installation.data / "logs").glob("[!.]*")}


def connect(installation):
    if installation.database_url:
        return psycopg.connect(installation.database_url, autocommit=True)
    return sqlite3.connect(installation.data / "db.sqlite3", isolation_level=None)


def count_left(database, installation, parent):
    """How much is still to be done: rows, and lines of the log."""
    rows = sum(database.execute(f"SELECT count(*) FROM {naming} = {parent}").fetchone()[0] for naming in NAMING)
    moved = b""
    with suppress(FileNotFoundError):
        moved = (installation.data / "logs" / "tracking_anonymized.log").read_bytes()
    return rows + EVENTS // 2 - moved.count(b"\n")


def strike(installation, parent, until, dice):
    """Kill it when no more than that is left. Returns how much is then."""
    command = [sys.executable, "manage.py", "anonymize_user", str(parent), "--no-input"]
    with closing(connect(installation)) as database:
        with Popen(command, cwd=settings.BASE_DIR, env=installation.environment, stdout=DEVNULL) as victim:
            while victim.poll() is None and count_left(database, installation, parent) > until:
                sleep(0.001)
            sleep(dice.uniform(0, 0.02))
            victim.kill()
        assert victim.returncode in {-SIGKILL, 0}
        return count_left(database, installation, parent)


def without(parent, rows, name):
    return [{**row, name: None} if row[name] == parent else row for row in rows]


@pytest.mark.parametrize("life", range(LIVES))
def test_it_ends_as_if_it_had_not_been_interrupted(long_life, tmp_path, dice, life):
    model, before, logs = long_life
    parent = before["events"][1]["user_id"]
    with installed(tmp_path / "data", like=model) as installation:
        moments = [1.5 * EVENTS * (kill + dice.random()) / KILLS for kill in reversed(range(KILLS))]
        left = [strike(installation, parent, moment, dice) for moment in moments]
        note(f"killed with so much left to do: {left}")

        after = installation.tell(START + FINISH + LOOK)

        moved = logs[f"tracking_user_{parent}.log"].replace(b'"user_id": %d,' % parent, b'"user_id": null,')
        rest = {name: text for name, text in logs.items() if name != f"tracking_user_{parent}.log"}
        assert after["findings"] == []
        assert after["events"] == without(parent, before["events"], "user_id")
        assert after["activations"] == without(parent, before["activations"], "by_id")
        assert logs_of(installation) == {**rest, "tracking_anonymized.log": moved}
