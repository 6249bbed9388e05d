"""The arithmetic of the simulation: what it measures is not measured here."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tracking.benchmarks.report import Report
from tracking.benchmarks.simulation import habits
from tracking.benchmarks.simulation.costs import Cost
from tracking.benchmarks.simulation.needs import FULL, Need, Product, families_until_full
from tracking.benchmarks.simulation.telling import Told, tell
from tracking.benchmarks.simulation.year import BEGINNING, Load, Year, hours

pytestmark = pytest.mark.once

COSTS = {
    "act": Cost(0.010, 0.002, 0.020),
    "opening": Cost(0.040, 0.008, 0.060),
    "page": Cost(0.010, 0.003, 0.015),
    "stream opened": Cost(0.005, 0.001),
    "keep-alive": Cost(0.003, 0.001),
    "message": Cost(0.001, 0.0002),
    "ring": Cost(0.0001, 0),
}


@pytest.fixture(scope="module")
def world():
    return Year.lived(100_000, habits.WORLD)


@pytest.fixture(scope="module")
def country():
    return Year.lived(100_000, habits.ONE_COUNTRY)


def test_the_parts_of_what_is_assumed_add_up():
    assert sum(habit.share for habit in habits.HABITS) == pytest.approx(1)
    assert sum(habits.WORLD.values()) == sum(habits.ONE_COUNTRY.values()) == 100
    assert sum(habits.DAYS) == pytest.approx(7)


def test_a_year_has_the_events_that_families_do_in_a_year(world, country):
    expected = 100_000 * 365 * habits.ACTS

    assert world.events == pytest.approx(expected, rel=0.02)
    assert country.events == pytest.approx(expected, rel=0.02)


def test_it_is_the_same_year_each_time(country):
    assert Year.lived(100_000, habits.ONE_COUNTRY) == country


@pytest.mark.parametrize("month", [1, 7])
def test_families_sleep_at_night_by_their_own_clock(month):
    night = datetime(2027, month, 14, 3, tzinfo=ZoneInfo("Europe/Berlin"))
    year = hours(habits.ONE_COUNTRY)
    number = (night - BEGINNING) // timedelta(hours=1)

    assert [hour.acts > 0 for hour in year[number : number + 5]] == [False, False, False, True, True]


def test_a_world_is_as_busy_as_a_country_but_not_all_at_once(world, country):
    assert world.mean.acts == pytest.approx(country.mean.acts, rel=0.02)
    assert world.mean.acts < world.busy_hour.acts < world.peak_minute.acts < country.peak_minute.acts


def test_few_families_agree_by_chance_more_than_many_do(country):
    few, many = country._replace(families=100).peak_minute, country.peak_minute

    assert few.acts / 100 > 2 * many.acts / 100_000
    assert few.streams / 100 > many.streams / 100_000


def test_each_thing_done_needs_what_it_costs():
    load = Load(acts=10, openings=5, pages=20, streams=1500, messages=13)

    need = Product(COSTS, event=1000, memory=100).need(load)

    assert need.requests == pytest.approx(10 * 0.010 + 5 * 0.040 + 20 * 0.010)
    assert need.workers == pytest.approx(10 * 0.020 + 5 * 0.060 + 20 * 0.015)
    assert need.streams == pytest.approx(5 * 0.005 + 1500 / 15 * 0.003 + 13 * 0.001)
    assert need.rings == pytest.approx(10 * 2 * 0.0001)
    assert need.database == pytest.approx(
        10 * 0.002 + 5 * 0.008 + 20 * 0.003 + 5 * 0.001 + 1500 / 15 * 0.001 + 13 * 0.0002
    )


def test_stream_processes_have_room_for_the_rings_of_all_acts():
    need = Need(requests=0, workers=0, streams=2.9, rings=0.2, database=0)

    assert need.stream_processes == 6
    assert need.streams / 6 + need.rings <= FULL < need.streams / 5 + need.rings


def test_a_machine_is_full_with_the_family_after_the_last_that_fits(country):
    def use(year):
        return year.peak_minute.streams / 1000

    families = families_until_full(use, country)

    assert use(country._replace(families=families)) <= 1 < use(country._replace(families=families + 1))


@pytest.mark.parametrize("is_one_process", [True, False])
def test_the_tables_tell_what_grows_and_what_is_full_first(is_one_process):
    report = Report()
    costs = {what: [cost] for what, cost in COSTS.items()}
    sizes = {"tracking_trackingevent": {"tracking_trackingevent": 200.0, "event_newest": 50.0}}

    tell(report, Told(costs, sizes, memory=100, line=400, is_one_process=is_one_process))

    growth, full = (_medians(report, title) for title in ("A year's growth", "Families until it is full, on two cores"))
    assert growth["all of it"] == pytest.approx(growth["events, a year"] * 1e6 * (250 + 400) / 2**30)
    assert [*full.values()] == sorted(full.values())
    assert next(iter(full.values())) > 0


def _medians(report, title):
    (table,) = (table for table in report.tables if table["title"] == title)
    return {row["name"]: row["measured"]["median"] for row in table["rows"]}
