"""An act of a parent that Chore tracks, beside the same act that nobody does. Through the API, in Django's test client."""

from contextlib import ExitStack

from tracking.benchmarks.act import CANDIDATES, NOBODY, OURS
from tracking.benchmarks.measured import Bound, Row
from tracking.benchmarks.report import Report
from tracking.benchmarks.rounds import interleave
from tracking.benchmarks.workers import ACTS, house, measure_by, watched, working

ROUNDS = 61


def run(report: Report) -> None:
    with ExitStack() as stack:
        model = stack.enter_context(house())
        measures = {}
        for name in (NOBODY, OURS):
            installation = stack.enter_context(watched(model, CANDIDATES[name]))
            (worker,) = stack.enter_context(working(installation, door="api"))
            measures[name] = measure_by(worker, CANDIDATES[name])
        took = interleave(measures, rounds=ROUNDS)
    rows = [Row(OURS, took[OURS], took[NOBODY], Bound(1.20))]
    report.add("An act over HTTP", rows, beside=NOBODY, rounds=ROUNDS, acts_each=ACTS)
