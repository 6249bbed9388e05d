"""What a child's acts are like: a hundred of them, over and over, each child beginning at another one."""

import json
import random
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

from tracking.benchmarks.big.homes import PENALTIES, REWARDS, TASKS

LENGTH = 100


class Act(NamedTuple):
    """`head`, a number, perhaps `cancels` with the sequence before, and `tail` make its metadata."""

    entity_type: str
    action: str
    item: int  # which of the family's
    role: str
    delta: int
    head: str
    is_undoing: bool
    tail: str


def acts() -> list[Act]:
    """Of tasks 60 % and 3 % undone, of penalties 15 % and 1 % undone, of rewards 10 % asked for, 9 % redeemed, 2 % cancelled."""
    rewards = [*range(10)]
    groups = [_applied("task", number, TASKS, +1, undone=number < 3) for number in range(60)]
    groups += [_applied("penalty", number, PENALTIES, -1, undone=number < 1) for number in range(15)]
    groups += [_asked_for(number, denied=number == rewards[0], refunded=number == rewards[1]) for number in rewards]
    random.Random(7).shuffle(groups)  # noqa: S311 - the same ones each time
    return [act for group in groups for act in group]


def balances(acts: Sequence[Act]) -> list[int]:
    """What a child has before each of them, and after the last."""
    return [*accumulate((act.delta for act in acts), initial=0)]


def _applied(kind: str, number: int, items: Mapping[str, int], sign: int, *, undone: bool) -> list[Act]:
    item = number % len(items)
    name, points = [*items.items()][item]
    head = _head({"entity_name": name, "points": points}, "activation_id")
    act = Act(kind, "activated", item, "parent", sign * points, head, False, "}")
    undoing = act._replace(action="cancelled", delta=-act.delta, is_undoing=True, tail=', "reason": "undone"}')
    return [act, undoing] if undone else [act]


def _asked_for(number: int, *, denied: bool, refunded: bool) -> list[Act]:
    item = number % len(REWARDS)
    name, cost = [*REWARDS.items()][item]
    head = _head({"entity_name": name, "cost": cost}, "request_id")
    request = Act("reward", "requested", item, "child", 0, head, False, "}")
    if denied:
        return [request, request._replace(action="cancelled", role="parent", tail=', "reason": "denied"}')]
    redeemed = request._replace(action="redeemed", role="parent", delta=-cost)
    refund = redeemed._replace(action="cancelled", delta=cost, is_undoing=True, tail=', "reason": "refunded"}')
    return [request, redeemed, refund] if refunded else [request, redeemed]


def _head(details: Mapping[str, object], number: str) -> str:
    """As Django's JSONField writes it."""
    return f'{json.dumps(details)[:-1]}, "{number}": '
