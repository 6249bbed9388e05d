"""The statement that makes the events."""

from datetime import datetime, timedelta
from string import Template
from typing import NamedTuple

from django.db import connection

from tracking.benchmarks.big.homes import CHILDREN, PENALTIES, REWARDS, TASKS
from tracking.benchmarks.big.shape import Act, acts, balances

AT_ONCE = 500_000
MICROSECOND = timedelta(microseconds=1)
ITEMS = {"task": len(TASKS), "penalty": len(PENALTIES), "reward": len(REWARDS)}

SHAPE = """
CREATE TEMPORARY TABLE shape (k integer PRIMARY KEY, before bigint, delta bigint, entity_type varchar(10), action varchar(10),
    items integer, item integer, actor_role varchar(10), head text, undoing integer, tail text)
"""

# The children take turns in another order each round; each begins at another act of the shape; one of 97 events names nobody.
# A moment is odd: in SQLite one without microseconds would be written otherwise.
INSERT = Template("""
WITH RECURSIVE number(i) AS ($numbers),
turn AS (SELECT i, i / $children AS round, (i * 1237 + i / $children * 769) % $children + 1 AS child,
    $start + i * $step + (i * 48271 % $jitter) / 2 * 2 AS moment FROM number),
act AS (SELECT turn.*, round + 1 AS sequence, (child + $parents - 1) / $parents AS family, child * 37 % $length AS origin FROM turn)
INSERT INTO tracking_trackingevent (id, user_id, actor_role, family_id, child_id, sequence, entity_type, entity_id, action,
    points_before, points_after, delta, occurred_at, created_at, metadata)
SELECT i + 1,
    CASE WHEN i % 97 = 0 THEN NULL WHEN shape.actor_role = 'child' THEN $children + child
        ELSE (family - 1) * $parents + 1 + round % $parents END,
    shape.actor_role, family, child, sequence, shape.entity_type, (family - 1) * shape.items + shape.item + 1, shape.action,
    (round + origin) / $length * $gain + shape.before - first.before,
    (round + origin) / $length * $gain + shape.before - first.before + shape.delta,
    shape.delta, $occurred_at, $created_at,
    $json_begins shape.head || (i + 1) || CASE shape.undoing WHEN 1 THEN ', "cancels": ' || (sequence - 1) ELSE '' END || shape.tail $json_ends
FROM act JOIN shape ON shape.k = (round + origin) % $length JOIN shape first ON first.k = origin
""")


class Dialect(NamedTuple):
    """`moment` of $us, microseconds since 1970."""

    numbers: str
    moment: Template
    json_begins: str = ""
    json_ends: str = ""


DIALECTS = {
    "sqlite": Dialect(
        "SELECT $first UNION ALL SELECT i + 1 FROM number WHERE i < $last",
        Template("strftime('%Y-%m-%d %H:%M:%S', ($us) / 1000000, 'unixepoch') || printf('.%06d', ($us) % 1000000)"),
    ),
    "postgresql": Dialect(
        "SELECT i FROM generate_series(CAST($first AS bigint), $last) AS i",
        Template("TIMESTAMPTZ 'epoch' + ($us) * INTERVAL '1 microsecond'"),
        "CAST(",
        "AS jsonb)",
    ),
}


def insert(events: int, *, children: int, span: timedelta, end: datetime) -> None:
    """Make them, the last one a moment before the end."""
    shape = acts()
    step = span // MICROSECOND // events
    start = round(end.timestamp() * 1_000_000) // 2 * 2 + 1 - events * (step // 2 * 2)
    given = _given(shape) | {"children": children, "start": start, "step": step // 2 * 2, "jitter": min(step, 900_000)}
    with connection.cursor() as cursor:
        cursor.execute(SHAPE)
        cursor.executemany("INSERT INTO shape VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)", _rows(shape))
        for first in range(0, events, AT_ONCE):
            last = min(first + AT_ONCE, events) - 1
            cursor.execute(Template(INSERT.substitute(given)).substitute(first=first, last=last))
        cursor.execute("DROP TABLE shape")


def _given(shape: list[Act]) -> dict[str, object]:
    dialect = DIALECTS[connection.vendor]
    return {
        "numbers": dialect.numbers,
        "json_begins": dialect.json_begins,
        "json_ends": dialect.json_ends,
        "occurred_at": dialect.moment.substitute(us="moment"),
        "created_at": dialect.moment.substitute(us="moment + 412 + i % 500 * 2"),
        "length": len(shape),
        "gain": balances(shape)[-1],
        "parents": CHILDREN,
    }


def _rows(shape: list[Act]) -> list[tuple[str | int, ...]]:
    """As many columns as `SHAPE` has."""
    return [
        (
            *(k, before, act.delta, act.entity_type, act.action, ITEMS[act.entity_type], act.item),
            *(act.role, act.head, int(act.is_undoing), act.tail),
        )
        for k, (act, before) in enumerate(zip(shape, balances(shape), strict=False))
    ]
