"""The trail's list at any offset: a large one beside a small one, and beside DRF as it comes. The answers have to be the same."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import NamedTuple
from urllib.parse import urlencode

from django.db import connections

from tracking.benchmarks.big.asking import Answer, Asked, asking
from tracking.benchmarks.big.trail import large_trail, small_trail
from tracking.benchmarks.measured import Bound, Row
from tracking.benchmarks.report import Report
from tracking.benchmarks.rounds import Measure, interleave

ROUNDS, ROUNDS_OF_PLAIN = 15, 3
OURS, PLAIN = "/api/v1/tracking/events/", "/plain/events/"
PLACES = {"first": 0.0, "middle": 0.5, "99 %": 0.99}
GROWTH = {"sqlite": 2, "postgresql": 3}
SMALL = ("one family", "one child")


class Case(NamedTuple):
    name: str
    narrowing: dict[str, str]
    place: str

    def path(self, count: int) -> str:
        """With the offset that this place has among so many events."""
        offset = int(count * PLACES[self.place])
        return "?" + urlencode({**self.narrowing, "limit": 50, **({"offset": offset} if offset else {})})


def run(report: Report) -> None:
    with asking(small_trail()) as small, asking(large_trail()) as large:
        cases, events = [*_cases()], _count(large, {})
        report.add(
            "A page of the trail with its count, beside one of a small trail",
            [_beside_small(case, small, large) for case in cases],
            beside=f"of {_count(small, {}):,} events",
            events=events,
        )
        report.add(
            "A page of the trail as DRF comes, beside the same page",
            [_beside_plain(case, large) for case in cases],
            beside="Chore's",
            events=events,
        )


def _cases() -> Iterator[Case]:
    for name, narrowing in _narrowings().items():
        yield from (Case(name, narrowing, place) for place in PLACES)


def _narrowings() -> dict[str, dict[str, str]]:
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return {
        "all": {},
        "one month": _days(today, 30),
        "one year": _days(today, 365),
        "entity type": {"entity_type": "task"},
        "action": {"action": "cancelled"},
        "type and action": {"entity_type": "reward", "action": "redeemed"},
        "one family": {"family_id": "1"},
        "one child": {"child_id": "1"},
    }


def _days(end: datetime, days: int) -> dict[str, str]:
    start = end - timedelta(days=days)
    return {"occurred_after": f"{start:%Y-%m-%dT%H:%M:%SZ}", "occurred_before": f"{end:%Y-%m-%dT%H:%M:%SZ}"}


def _beside_small(case: Case, small: Asked, large: Asked) -> Row:
    bound = Bound(GROWTH[connections["default"].vendor])
    candidates = {"large": _measure(case, large), "small": _measure(case, small)}
    took = interleave(candidates, rounds=ROUNDS)
    return Row(f"{case.name}, {case.place}", took["large"], took["small"], bound)


def _measure(case: Case, site: Asked) -> Measure:
    path = OURS + case.path(_count(site, case.narrowing))
    return lambda: site.get(path).took


def _beside_plain(case: Case, site: Asked) -> Row:
    path, told = case.path(_count(site, case.narrowing)), dict[str, Answer]()
    took = interleave({way: partial(_ask, way, site, path, told) for way in (PLAIN, OURS)}, rounds=ROUNDS_OF_PLAIN)
    assert _said(told[PLAIN]) == _said(told[OURS]), path
    return Row(f"{case.name}, {case.place}", took[PLAIN], took[OURS], _faster(case))


def _faster(case: Case) -> Bound | None:
    """None for lists that are small, however large the trail: they are counted one by one."""
    if case.name in SMALL:
        return None
    return Bound(40 if case.place == "first" else 100, at_least=True)


def _ask(way: str, site: Asked, path: str, told: dict[str, Answer]) -> float:
    told[way] = site.get(way + path)
    return told[way].took


def _said(answer: Answer) -> tuple[int, str]:
    """How many there are, and the rows byte by byte. The links differ: ours keep their pages still."""
    return json.loads(answer.body)["count"], answer.body.partition('"results":')[2]


def _count(site: Asked, narrowing: dict[str, str]) -> int:
    count: int = json.loads(site.get(OURS + Case("", narrowing, "first").path(0)).body)["count"]
    return count
