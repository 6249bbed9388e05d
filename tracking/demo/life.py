from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random

from django.db import transaction

from children import clock
from children.models import Child
from tracking.demo.acts import EVERYDAY, child_leaves, parent_leaves, reward_ends
from tracking.demo.homes import PLANS, Home, found

DAYS = 21
SEED = 2
Act = Callable[[Home, Child, Random], None]


@dataclass(frozen=True)
class Moment:
    at: datetime
    home: Home
    child: Child
    act: Act


@transaction.atomic
def live() -> None:
    """Make the families and let them live for three weeks, up to now. The same each time, but for the dates."""
    now = clock.now()
    dice = Random(SEED)  # noqa: S311 - repeatable on purpose
    homes = [found(plan) for plan in PLANS]
    moments = [*_everyday(homes, now, dice), *_farewells(homes, now)]
    for moment in sorted(moments, key=lambda moment: moment.at):
        if moment.at < now and moment.child in moment.home.children:
            with clock.pretend(moment.at):
                moment.act(moment.home, Child.objects.select_related("login").get(pk=moment.child.pk), dice)


def _everyday(homes: list[Home], now: datetime, dice: Random) -> Iterator[Moment]:
    acts, weights = list(EVERYDAY), list(EVERYDAY.values())
    for days_ago in range(DAYS):
        for home in homes:
            for child in home.children:
                for act in dice.choices(acts, weights, k=dice.randint(2, 5)):
                    yield Moment(_at(now, days_ago, 7 * 3600 + dice.randrange(12 * 3600)), home, child, act)


def _farewells(homes: list[Home], now: datetime) -> Iterator[Moment]:
    first, second = homes
    evening = 20 * 3600
    yield Moment(_at(now, 8, evening), first, first.children[-1], child_leaves)
    yield Moment(_at(now, 6, evening), second, second.children[0], parent_leaves)
    yield Moment(_at(now, 4, evening), second, second.children[0], reward_ends)


def _at(now: datetime, days_ago: int, second: int) -> datetime:
    midnight = datetime.combine(now.date(), time.min, tzinfo=now.tzinfo)
    return midnight + timedelta(days=-days_ago, seconds=second)
