from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tracking.models import TrackingEvent
from tracking.models.event import LEGAL_ACTIONS
from tracking.summary.interval import Interval
from tracking.summary.summary import summarize
from tracking.tests import plain_sums
from tracking.tests.factories import build_event, make_event

pytestmark = pytest.mark.django_db
ZONES = [
    *("UTC", "America/Havana", "Africa/Cairo", "Asia/Kathmandu", "Australia/Lord_Howe", "Etc/GMT+10"),
    *("CET", "EET", "MET", "WET", "EST"),  # also PostgreSQL's abbreviations, of zones without summer time
]


def occur(*moments, **values):
    """An event at each, of one point each. Returns all events."""
    TrackingEvent.objects.bulk_create(
        build_event(sequence=n, points_before=n - 1, points_after=n, delta=1, occurred_at=moment, **values)
        for n, moment in enumerate(map(read, moments), start=1)
    )
    return TrackingEvent.objects.all()


def read(moment):
    return datetime.fromisoformat(moment) if isinstance(moment, str) else moment


def acts_by_start(summary):
    return {period.start.astimezone(UTC).isoformat()[:16]: period.acts for period in summary.periods}


@pytest.mark.parametrize(
    ("interval", "zone", "moments", "expected"),
    [
        # the last moment of a month and of a year, and the first of the next
        ("month", "UTC", ["2026-01-31T23:59:59.999999Z", "2026-02-01T00:00Z"], {"2026-01-01": 1, "2026-02-01": 1}),
        ("day", "UTC", ["2025-12-31T23:59:59.999999Z", "2026-01-01T00:00Z"], {"2025-12-31": 1, "2026-01-01": 1}),
        ("month", "UTC", ["2025-12-31T12:00Z", "2026-02-28T12:00Z"], {"2025-12-01": 1, "2026-01-01": 0, "2026-02-01": 1}),
        # a leap day, and none
        ("day", "UTC", ["2028-02-28T12:00Z", "2028-03-01T12:00Z"], {"2028-02-28": 1, "2028-02-29": 0, "2028-03-01": 1}),
        ("day", "UTC", ["2026-02-28T12:00Z", "2026-03-01T12:00Z"], {"2026-02-28": 1, "2026-03-01": 1}),
        ("month", "UTC", ["2028-01-31T12:00Z", "2028-03-01T12:00Z"], {"2028-01-01": 1, "2028-02-01": 0, "2028-03-01": 1}),
        # weeks begin on Monday, also across the year's end
        ("week", "UTC", ["2026-12-28T00:00Z", "2027-01-03T23:59Z", "2027-01-04T00:00Z"], {"2026-12-28": 2, "2027-01-04": 1}),
        ("week", "UTC", ["2026-12-27T23:59Z", "2027-01-04T00:00Z"], {"2026-12-21": 1, "2026-12-28": 0, "2027-01-04": 1}),
    ],
)  # fmt: skip
def test_intervals_begin_where_the_calendar_says(interval, zone, moments, expected):
    summary = summarize(occur(*moments), Interval(interval), ZoneInfo(zone))

    assert acts_by_start(summary) == {f"{day}T00:00": acts for day, acts in expected.items()}


@pytest.mark.parametrize(
    ("zone", "moments", "expected"),
    [
        ("Asia/Kathmandu", ["2026-03-01T18:14:59Z", "2026-03-01T18:15Z"], {"2026-02-28T18:15": 1, "2026-03-01T18:15": 1}),
        # midnight does not exist: the day begins at one
        ("America/Havana", ["2026-03-08T04:59:59Z", "2026-03-08T05:00Z", "2026-03-09T03:59:59Z", "2026-03-09T04:00Z"],
         {"2026-03-07T05:00": 1, "2026-03-08T05:00": 2, "2026-03-09T04:00": 1}),
        ("Africa/Cairo", ["2026-04-23T21:59:59Z", "2026-04-23T22:00Z", "2026-04-24T20:59:59Z"],
         {"2026-04-22T22:00": 1, "2026-04-23T22:00": 2}),
        # midnight is there twice: the day begins at the first; or the hour before it is: the day has 25
        ("America/Havana", ["2026-11-01T03:59:59Z", "2026-11-01T04:30Z", "2026-11-01T05:30Z", "2026-11-02T05:00Z"],
         {"2026-10-31T04:00": 1, "2026-11-01T04:00": 2, "2026-11-02T05:00": 1}),
        ("Africa/Cairo", ["2026-10-29T20:30Z", "2026-10-29T21:30Z", "2026-10-29T22:00Z"],
         {"2026-10-28T21:00": 2, "2026-10-29T22:00": 1}),
        # names that look as if they ended with an offset, of the other sign
        ("Etc/GMT+10", ["2026-03-01T09:59:59Z", "2026-03-01T10:00Z"], {"2026-02-28T10:00": 1, "2026-03-01T10:00": 1}),
        ("Etc/GMT-14", ["2026-03-01T09:59:59Z", "2026-03-01T10:00Z"], {"2026-02-28T10:00": 1, "2026-03-01T10:00": 1}),
    ],
)  # fmt: skip
def test_days_begin_where_the_time_zone_says(zone, moments, expected):
    assert acts_by_start(summarize(occur(*moments), Interval.DAY, ZoneInfo(zone))) == expected


def test_a_whole_year_of_moments_is_divided_as_python_divides_it():
    events = occur(*(datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=7.5 * n) for n in range(1168)))
    rows = plain_sums.rows_now()

    for name in ZONES:
        for interval in Interval:
            zone = ZoneInfo(name)
            expected = [(start, len(within)) for start, _, within in plain_sums.series(rows, interval.value, zone)]
            found = [(period.start, period.acts) for period in summarize(events, interval, zone).periods]
            assert found == expected, f"{interval}s of {name}"


def test_every_pair_is_added_up_by_itself_as_a_magnitude():
    deltas = {"task": (10, -3), "penalty": (-5, 2), "reward": (0, -20, 8)}
    pairs = [(kind.value, action.value) for kind, actions in LEGAL_ACTIONS.items() for action in actions]
    changes = [delta for kind in LEGAL_ACTIONS for delta in deltas[kind]]
    for n, ((kind, action), delta) in enumerate(zip(pairs, changes, strict=True), start=1):
        for sequence in (n, n + 10):
            change = {"points_before": 50, "points_after": 50 + delta, "delta": delta}
            make_event(sequence=sequence, entity_type=kind, action=action, **change)

    summary = summarize(TrackingEvent.objects.newest_first(), Interval.DAY, UTC)

    found = {(kind, action): total for kind, actions in summary.totals.items() for action, total in actions.items()}
    assert [(total.count, total.points) for total in found.values()] == [(2, abs(2 * delta)) for delta in changes]
    assert list(found) == pairs
    (period,) = summary.periods
    for whole in (summary, period):
        assert (whole.acts, whole.good, whole.not_good, whole.spent) == (14, 14, 6, 24)
    assert period.last == 17


def test_nothing_comes_to_nothing():
    summary = summarize(TrackingEvent.objects.none(), Interval.DAY, UTC)

    assert (summary.acts, summary.good, summary.not_good, summary.spent, summary.periods) == (0, 0, 0, 0, [])
    assert {kind: tuple(actions) for kind, actions in summary.totals.items()} == LEGAL_ACTIONS


@pytest.mark.parametrize("interval", Interval)
def test_the_last_day_there_is_ends_it(db, interval):
    # a forged one: no clock comes there
    make_event(occurred_at=datetime(9999, 12, 30, tzinfo=UTC), created_at=datetime(9999, 12, 30, tzinfo=UTC))

    assert len(summarize(TrackingEvent.objects.all(), interval, UTC).periods) == 1
