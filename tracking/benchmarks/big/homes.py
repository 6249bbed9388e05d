"""The families whose trail it is: two parents, and two children with a login, each."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.management.color import no_style
from django.db import connection
from django.db.models import Model

from children.models import Child, Family, Penalty, Task, User
from rewards.models import Reward

CHILDREN = 2  # of each family, and as many parents
TASKS = {"Dishes": 10, "Vacuuming": 15, "Homework": 5, "Müll rausbringen": 5, "Tidy the room": 20}
PENALTIES = {"Shouting": 5, "Late for dinner": 10, "A mess": 5}
REWARDS = {"Ice cream": 40, "Cinema": 80, "Screen time": 30}
NAMES = ("Ada", "Alan", "Grace", "Edsger", "Barbara", "Donald", "Emmy", "Kurt", "Zoë", "Jürgen", "Mary", "Paul")


def make_homes(families: int, last_act_at: datetime) -> None:
    """All but the children. Their ids begin at 1: the database is to be empty."""
    numbers, children = range(1, families + 1), CHILDREN * families
    Family.objects.bulk_create(
        Family(pk=n, name=f"{NAMES[n % len(NAMES)]} family {n}", last_act_at=last_act_at) for n in numbers
    )
    parents = [_login(n, f"parent-{n}", n) for n in range(1, children + 1)]
    logins = [_login(children + n, f"child-{n}", n) for n in range(1, children + 1)]
    admin = User(pk=2 * children + 1, username="admin", is_staff=True, is_superuser=True)
    User.objects.bulk_create([*parents, *logins, admin])
    _make_items(Task, TASKS, "points", numbers)
    _make_items(Penalty, PENALTIES, "points", numbers)
    _make_items(Reward, REWARDS, "cost", numbers)


def make_children(balances: Sequence[tuple[int, int, int]]) -> None:
    """Each with its id, its sequence and its points."""
    Child.objects.bulk_create(
        Child(
            pk=pk,
            family_id=_family(pk),
            name=f"{NAMES[pk % len(NAMES)]} {pk // len(NAMES)}",
            login_id=len(balances) + pk,
            sequence=sequence,
            points=points,
        )
        for pk, sequence, points in balances
    )


def go_on_after(*models: type[Model]) -> None:
    """Have PostgreSQL give the ids that come next."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [*models]):
            cursor.execute(statement)


def _family(number: int) -> int:
    return (number + CHILDREN - 1) // CHILDREN


def _login(pk: int, username: str, number: int) -> User:
    return User(pk=pk, username=username, password="!", family_id=_family(number))  # noqa: S106 - nobody's


def _make_items(model: type[Any], items: Mapping[str, int], amount: str, families: Sequence[int]) -> None:
    """The ids of one family follow one another, from 1 for the first family on."""
    model.objects.bulk_create(
        model(family_id=family, name=name, **{amount: number}) for family in families for name, number in items.items()
    )
