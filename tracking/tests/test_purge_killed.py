"""`kill -9` of `purge_tracking` after each step of a chunk: it is removed whole or not at all, and the next run goes on."""

import json
import signal
import subprocess
import sys

from django.conf import settings

from tracking.tests.installation import PATIENCE, installed

LIVE = """
import json
from datetime import timedelta
from children import clock
from children.models import Task
from children.services.activations import activate
from children.services.children import create_child
from children.services.families import create_family
from children.services.items import create_item

start = clock.now()
with clock.pretend(start - timedelta(days=100)):
    family, parent = create_family(name="Lovelace", timezone="UTC", username="parent", password="a long enough pass phrase")
    child = create_child(family=family, name="Ada", by=parent)
    task = create_item(model=Task, family=family, by=parent, name="Dishes", points=10)
for days in range(20, 8, -1):
    with clock.pretend(start - timedelta(days=days)):
        activate(entity=task, child=child, by=parent)
print(json.dumps(child.pk))
"""
LOOK = """
import json
from tracking.models import Purge, PurgeDoor, TrackingEvent
from tracking.verification.verify import Tally, verify

print(json.dumps([
    sorted(TrackingEvent.objects.values_list("sequence", flat=True)),
    list(Purge.objects.values_list("sequence", "events")),
    PurgeDoor.objects.count(),
    list(map(str, verify(Tally()))),
]), flush=True)
"""
KILL = """
import os, signal
from django.core.management import call_command
from django.db import connection
from tracking.services import purging

chunks = 0

def strike(execute, sql, *rest):
    global chunks
    chunks += sql.startswith('DELETE FROM "tracking_trackingevent"')
    done = execute(sql, *rest)
    if chunks == 2 and sql.startswith({statement!r}):
        os.kill(os.getpid(), signal.SIGKILL)
    return done

purging.CHUNK = 3
with connection.execute_wrapper(strike):
    call_command("purge_tracking")
"""
PURGE = """
from django.core.management import call_command
call_command("purge_tracking")
"""
STEPS = ['DELETE FROM "tracking_trackingevent"', 'UPDATE "tracking_purge"', 'DELETE FROM "tracking_purgedoor"']


def test_a_chunk_goes_whole_or_not_at_all(tmp_path):
    with installed(tmp_path / "data") as installation:
        installation.tell(LIVE)
        installation = installation.with_variables(CHORE_RETENTION_DAYS="10")

        for gone, statement in zip((0, 3, 6), STEPS, strict=True):
            status, told = shell(installation, LOOK + KILL.format(statement=statement))
            assert (status, json.loads(told)) == (-signal.SIGKILL, left(gone))

        before, *told, after = shell(installation, LOOK + PURGE + LOOK)[1].splitlines()
        assert [json.loads(before), json.loads(after)] == [left(9), left(11)]
        assert "Removed 2 events of 1 children" in "\n".join(told)


def left(gone):
    """What is there when so many of the twelve events are gone."""
    return [[*range(gone + 1, 13)], [[gone, gone]] if gone else [], 0, []]


def shell(installation, script):
    """Return how it ended, and what it printed."""
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports"],
        cwd=settings.BASE_DIR,
        env=installation.environment,
        input=script,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    return done.returncode, done.stdout
