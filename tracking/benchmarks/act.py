"""An act of a parent that Chore tracks, beside the same act that nobody does, and that others do. Through the service."""

from contextlib import ExitStack

from django.db import connections

from tracking.benchmarks.measured import Bound, Row
from tracking.benchmarks.report import Report
from tracking.benchmarks.rounds import interleave
from tracking.benchmarks.workers import ACTS, Candidate, house, measure_by, watched, working

ROUNDS = 41
OURS, NOBODY = "Chore", "untracked"
EARLIER = {10_000: "TinyDB, 10,000 events before", 100_000: "TinyDB, 100,000 events before"}
TIMES_AS_MUCH = {10_000: 100, 100_000: 1000}
PEERS = {
    "django-auditlog": Candidate("auditlog", records=2),
    "django-simple-history": Candidate("simple_history", records=2),
    "django-easy-audit": Candidate("easy_audit", records=2),
    "django-reversion": Candidate("reversion", records=2),
    "django-pghistory": Candidate("pghistory", records=2, only_on="postgresql"),
}
CANDIDATES = {
    NOBODY: Candidate("untracked"),
    OURS: Candidate("chore"),
    "signal + Model.save": Candidate("signal_and_save"),
    **PEERS,
    EARLIER[10_000]: Candidate("tinydb", acts=1, kept=10_000),
    EARLIER[100_000]: Candidate("tinydb", acts=1, kept=100_000),
}


def run(report: Report) -> None:
    took = _measure()
    untracked, ours = took[NOBODY], took[OURS]
    rows = [Row(name, sample, untracked, Bound(1.35) if name == OURS else None) for name, sample in took.items()]
    report.add("An act", rows, beside=NOBODY, rounds=ROUNDS, acts_each=ACTS)
    others = {name: sample for name, sample in took.items() if name not in (OURS, NOBODY)}
    rows = [Row(f"beside {name}", ours, sample, Bound(1) if name in PEERS else None) for name, sample in others.items()]
    report.add("An act with Chore, beside every other way", rows, beside="that way", rounds=ROUNDS)
    adds = _less(ours, untracked)
    rows = [
        Row(name, _less(took[name], untracked), adds, Bound(TIMES_AS_MUCH[kept], at_least=True))
        for kept, name in EARLIER.items()
    ]
    report.add("What the earlier store adds to an act", rows, beside="what Chore adds", rounds=ROUNDS)


def _measure() -> dict[str, list[float]]:
    """Return what an act took, in milliseconds, round by round."""
    here = {name: one for name, one in CANDIDATES.items() if one.only_on in ("", connections["default"].vendor)}
    with ExitStack() as stack:
        model = stack.enter_context(house())
        measures = {}
        for name, candidate in here.items():
            installation = stack.enter_context(watched(model, candidate))
            (worker,) = stack.enter_context(working(installation))
            measures[name] = measure_by(worker, candidate)
        return interleave(measures, rounds=ROUNDS)


def _less(sample: list[float], other: list[float]) -> list[float]:
    return [one - less for one, less in zip(sample, other, strict=True)]
