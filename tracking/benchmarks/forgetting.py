"""How long others wait while a user who did a tenth of the trail is forgotten, beside one single UPDATE. On SQLite, where a writer has all others wait."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from subprocess import PIPE, Popen
from tempfile import TemporaryDirectory

from django.conf import settings

from tracking.benchmarks.measured import Bound, Row
from tracking.benchmarks.report import Report
from tracking.benchmarks.sizes import EVENTS
from tracking.tests.installation import Installation

PATIENCE = 3600  # seconds
LONGEST_WAIT = 500  # milliseconds

FILL = """
from django.db import connection, transaction
from children import guards
from children.models import Family, Task, User
from children.services.children import create_child
from children.services.items import create_item

users = [User.objects.create(username=name) for name in ("at-once", "chunk-by-chunk", "others")]
family = Family.objects.create(name="Lovelace", timezone="UTC")
parent = User.objects.create(username="parent", family=family)
child = create_child(family=family, name="Ada", by=parent)
task = create_item(model=Task, family=family, by=parent, name="Dishes", points=10)
with transaction.atomic(), connection.cursor() as cursor:
    guards.lift(connection)  # they look at each row, which is not what is measured
    cursor.execute('''
        WITH RECURSIVE number(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM number WHERE i < %s - 1)
        INSERT INTO tracking_trackingevent (user_id, actor_role, family_id, child_id, sequence, entity_type, entity_id, action,
            points_before, points_after, delta, occurred_at, created_at, metadata)
        SELECT CASE i % 10 WHEN 3 THEN %s WHEN 7 THEN %s ELSE %s END, 'parent', 1000 + i % 25, 1000 + i % 100, 1 + i / 100,
            'task', 1, 'activated', 0, 10, 10, strftime('%%Y-%%m-%%d %%H:%%M:%%f', 1500000000 + i, 'unixepoch'),
            strftime('%%Y-%%m-%%d %%H:%%M:%%f', 1500000000 + i, 'unixepoch'),
            '{"entity_name": "Dishes", "points": 10, "activation_id": ' || (i + 1) || '}'
        FROM number
    ''', [EVENTS, *(user.pk for user in users)])
    guards.install(connection)
print("[]")
"""
ACT = """
import json, sys, threading, time
from children.models import Child, Task, User
from children.services.activations import activate

act = dict(entity=Task.objects.get(), child=Child.objects.get(), by=User.objects.get(username="parent"))
activate(**act)
print("ready", flush=True)
waits, end = [], threading.Event()
threading.Thread(target=lambda: (sys.stdin.readline(), end.set()), daemon=True).start()
while not end.is_set():
    began = time.perf_counter()
    activate(**act)
    waits.append(time.perf_counter() - began)
    time.sleep(0.02)  # a server has other work too
print(json.dumps(waits))
"""
FORGET = """
import json, time
from django.db import models
from children.models import User
from tracking.models import TrackingEvent
from tracking.services.anonymizing import anonymize

user = User.objects.get(username="{username}")
began = time.perf_counter()
{how}
print(json.dumps(time.perf_counter() - began))
"""
WAYS = {
    "at-once": "models.QuerySet(TrackingEvent).filter(user=user).update(user=None)",
    "chunk-by-chunk": "anonymize(user, delete=True, progress=lambda count: None)",
}


def run(report: Report) -> None:
    took, longest, usual = {}, {}, {}
    with TemporaryDirectory() as folder:
        installation = Installation(Path(folder, "data"))
        installation.manage("migrate", "--verbosity=0")
        installation.tell(FILL.replace("EVENTS", str(EVENTS)), patience=PATIENCE)
        for username, how in WAYS.items():
            with _acting(installation) as waits:
                took[username] = 1000 * installation.tell(FORGET.format(username=username, how=how), patience=PATIENCE)
            longest[username], usual[username] = 1000 * max(waits), 1000 * median(waits)
    rows = [
        _row("it took", took, None),
        _row("an act's longest wait", longest, Bound(LONGEST_WAIT, of_ratio=False)),
        _row("its median", usual, None),
    ]
    report.add("Forgetting a user, chunk by chunk", rows, beside="at once", events=EVENTS, of_them=EVENTS // 10)


def _row(name: str, told: dict[str, float], bound: Bound | None) -> Row:
    return Row(name, [told["chunk-by-chunk"]], [told["at-once"]], bound)


@contextmanager
def _acting(installation: Installation) -> Iterator[list[float]]:
    """Have another process act all the while; afterwards the list holds how long each act took, in seconds."""
    waits: list[float] = []
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", ACT]
    with Popen(
        command, cwd=settings.BASE_DIR, env=installation.environment, stdin=PIPE, stdout=PIPE, text=True
    ) as actor:
        assert actor.stdin is not None
        assert actor.stdout is not None
        actor.stdout.readline()
        yield waits
        actor.stdin.close()
        waits += json.loads(actor.stdout.readline())
