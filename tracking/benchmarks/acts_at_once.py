"""Eight processes that act on one family's children at once: how many acts a second, and whether any is lost."""

from contextlib import ExitStack
from time import perf_counter
from typing import NamedTuple

from django.db import connections

from tracking.benchmarks.act import CANDIDATES, NOBODY, OURS
from tracking.benchmarks.measured import Bound, Row
from tracking.benchmarks.report import Report
from tracking.benchmarks.rounds import Measure, interleave
from tracking.benchmarks.workers import Worker, house, watched, working
from tracking.tests.installation import Installation

WORKERS, ACTS, ROUNDS = 8, 150, 5
A_SECOND = {"sqlite": 700}  # of acts, at least
COUNT = """
import json
from pathlib import Path
from django.conf import settings
from django.db.models import Sum
from children.models import Child
from tracking.models import TrackingEvent

lines = sum(len(path.read_text().splitlines()) for path in Path(settings.LOG_DIR).glob("tracking_*.log*"))
print(json.dumps([Child.objects.aggregate(acts=Sum("sequence"))["acts"], TrackingEvent.objects.count(), lines]))
"""


class Kept(NamedTuple):
    acts: int
    events: int
    lines: int


def run(report: Report) -> None:
    failed: list[int] = []
    with ExitStack() as stack:
        model = stack.enter_context(house())
        houses = {name: stack.enter_context(watched(model, CANDIDATES[name])) for name in (OURS, NOBODY)}
        workers = {name: stack.enter_context(working(one, count=WORKERS)) for name, one in houses.items()}
        before = _count(houses[OURS])
        speed = interleave({name: _speed_of(them, failed) for name, them in workers.items()}, rounds=ROUNDS, warm_up=0)
        kept = [now - then for now, then in zip(_count(houses[OURS]), before, strict=True)]
    least = A_SECOND.get(connections["default"].vendor)
    bound = Bound(least, at_least=True, of_ratio=False) if least else None
    rows = [Row("acts a second", speed[OURS], speed[NOBODY], bound, unit="/s"), _none("failed", sum(failed))]
    done = WORKERS * ACTS * ROUNDS
    rows += [_none(f"lost {what}", done - there) for what, there in zip(Kept._fields, kept, strict=True)]
    report.add("Acts at once", rows, beside=NOBODY, processes=WORKERS, acts_each=ACTS, rounds=ROUNDS)


def _speed_of(workers: list[Worker], failed: list[int]) -> Measure:
    """Return what has all of them act, and tells the acts a second; how many failed goes to the list."""

    def measure() -> float:
        began = perf_counter()
        for worker in workers:
            worker.start(ACTS)
        failed.extend(worker.end().failed for worker in workers)
        return WORKERS * ACTS / (perf_counter() - began)

    return measure


def _count(installation: Installation) -> Kept:
    return Kept(*installation.tell(COUNT))


def _none(name: str, count: int) -> Row:
    return Row(name, [count], bound=Bound(0, of_ratio=False), unit="")
