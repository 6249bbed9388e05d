"""Families with a trail, written in the order of time as theirs would be, and what that takes on the disk. Run inside an installation."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection

from children.models import Activation, AuthToken, Child, Family, Task, User
from tracking.models import TrackingEvent

FAMILIES, ACTS = 150, 500  # of each: enough of both for the indexes to be as full as they stay
BETWEEN = timedelta(hours=4)  # acts of a family
AT_ONCE = 1000
MEASURED = (TrackingEvent, Activation)

BYTES = {
    "sqlite": """
        SELECT pages.name, sum(pages.pgsize) FROM dbstat AS pages JOIN sqlite_master AS made ON made.name = pages.name
        WHERE made.tbl_name = %s GROUP BY pages.name
    """,
    "postgresql": """
        SELECT relname, pg_relation_size(oid) FROM pg_class WHERE oid = CAST(%s AS regclass)
        UNION ALL
        SELECT relname, pg_relation_size(oid) FROM pg_class JOIN pg_index ON indexrelid = oid WHERE indrelid = CAST(%s AS regclass)
    """,
}


def fill() -> dict[str, Any]:
    """Return `homes`, a token with a child and a task for each family, and `bytes` of a row by its table and each of its indexes."""
    homes = _make_homes()
    TrackingEvent.objects.bulk_create(_events(), batch_size=AT_ONCE)
    Activation.objects.bulk_create(_activations(), batch_size=AT_ONCE)
    return {"homes": homes, "bytes": {model._meta.db_table: _bytes_of(model._meta.db_table) for model in MEASURED}}


def _make_homes() -> list[tuple[str, int, int]]:
    numbers = range(1, FAMILIES + 1)
    families = Family.objects.bulk_create(Family(name=f"Family {number}") for number in numbers)
    parents = User.objects.bulk_create(User(username=f"parent-{family.pk}", family=family) for family in families)
    children = Child.objects.bulk_create(
        Child(name="Ada", family=family, sequence=ACTS, points=10 * ACTS) for family in families
    )
    tasks = Task.objects.bulk_create(Task(name="Tidy the room", points=10, family=family) for family in families)
    tokens = [AuthToken.objects.create(parent)[1] for parent in parents]
    return [(token, child.pk, task.pk) for token, child, task in zip(tokens, children, tasks, strict=True)]


def _turns() -> Iterator[tuple[Child, User, Task, int, datetime]]:
    """Yield whose act it is, its sequence and its moment."""
    homes = list(
        zip(Child.objects.order_by("pk"), User.objects.order_by("pk"), Task.objects.order_by("pk"), strict=True)
    )
    beginning = datetime.now(UTC) - ACTS * BETWEEN
    for number in range(ACTS):
        for turn, (child, parent, task) in enumerate(homes):
            yield child, parent, task, number + 1, beginning + number * BETWEEN + turn * BETWEEN / FAMILIES


def _events() -> Iterator[TrackingEvent]:
    for number, (child, parent, task, sequence, moment) in enumerate(_turns()):
        yield TrackingEvent(
            user=parent,
            actor_role="parent",
            family_id=child.family_id,
            child_id=child.pk,
            sequence=sequence,
            entity_type="task",
            entity_id=task.pk,
            action="activated",
            points_before=10 * (sequence - 1),
            points_after=10 * sequence,
            delta=10,
            occurred_at=moment,
            created_at=moment + timedelta(microseconds=700),
            metadata={"entity_name": task.name, "points": 10, "activation_id": number + 1},
        )


def _activations() -> Iterator[Activation]:
    for child, parent, task, sequence, moment in _turns():
        yield Activation(
            kind=task.kind,
            entity_id=task.pk,
            child=child,
            points=10,
            delta=10,
            sequence=sequence,
            by=parent,
            occurred_at=moment,
        )


def _bytes_of(table: str) -> dict[str, float]:
    statement = BYTES[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(statement, [table] * statement.count("%s"))
        return {name: size / (FAMILIES * ACTS) for name, size in cursor.fetchall()}
