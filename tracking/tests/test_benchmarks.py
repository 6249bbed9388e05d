"""What `make bench` makes of what it measured; nothing here asserts how fast anything is."""

import json

import pytest

from tracking.benchmarks.measured import Bound, Row, quartiles
from tracking.benchmarks.report import Report
from tracking.benchmarks.rounds import interleave, timed

pytestmark = pytest.mark.once


def test_a_ratio_is_that_of_the_medians_and_its_spread_that_of_the_rounds():
    row = Row("act", [2.0, 30.0, 4.0], [1.0, 10.0, 2.0])

    assert row.ratio == 2
    assert row.ratios == [2, 3, 2]
    assert quartiles(row.ratios) == [2, 2.5]


@pytest.mark.parametrize(
    ("bound", "is_reached"),
    [
        (Bound(2), True),
        (Bound(1.9), False),
        (Bound(2, at_least=True), True),
        (Bound(2.1, at_least=True), False),
        (Bound(4, of_ratio=False), True),
        (Bound(3.9, of_ratio=False), False),
        (None, None),
    ],
)
def test_a_bound_is_of_the_ratio_or_of_the_median(bound, is_reached):
    assert Row("act", [4.0], [2.0], bound).is_reached is is_reached


def test_with_nothing_beside_it_a_bound_is_of_the_median():
    row = Row("lost", [0.0], bound=Bound(0))

    assert row.ratio is None
    assert row.is_reached is True


def test_nothing_is_a_multiple_of_nothing():
    row = Row("lost", [3.0], [0.0], Bound(0))

    assert row.ratio is None
    assert row.ratios == []
    assert row.is_reached is False


def test_candidates_take_turns_and_what_warmed_up_does_not_count():
    order = []

    def candidate(name):
        return lambda: order.append(name) or float(len(order))

    told = interleave({"a": candidate("a"), "b": candidate("b")}, rounds=2, warm_up=1)

    assert order == ["a", "b"] * 3
    assert told == {"a": [3, 5], "b": [4, 6]}


def test_something_is_timed_as_often_as_it_is_done():
    done = []

    assert timed(lambda: done.append(1), times=3)() >= 0
    assert done == [1, 1, 1]


def test_a_report_is_printed_and_kept_table_by_table(tmp_path, capsys):
    report = Report(tmp_path / "results" / "sqlite.json")
    report.add("An act", [Row("Chore", [1.2, 1.3, 1.1], [1.0, 1.0, 1.0], Bound(1.35))], beside="untracked", acts=3)
    report.add("Another", [Row("lost", [1.0], bound=Bound(0), unit="lines")])

    kept = json.loads(report.path.read_text())
    printed = capsys.readouterr().out

    assert [table["title"] for table in kept["tables"]] == ["An act", "Another"]
    assert kept["machine"]["cores"] >= 1
    assert {"Python", "Django", "SQLite"} <= {*kept["versions"]}
    assert kept["tables"][0]["sizes"] == {"acts": 3}
    (row,) = kept["tables"][0]["rows"]
    assert (row["ratio"], row["bound"], row["is_reached"]) == (1.2, "<= 1.35", True)
    assert row["measured"] == {"median": 1.2, "quartiles": [1.15, 1.25], "rounds": [1.2, 1.3, 1.1]}
    assert "An act, SQLite: 3 acts" in printed
    assert "| lost | 1 lines |" in printed.replace("  ", "")
