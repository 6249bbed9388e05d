from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from children import clock
from tracking.models import TrackingEvent
from tracking.models.kinds import LEGAL_ACTIONS
from tracking.services.sealing import seal_days
from tracking.summary.groups import one_by_one
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
        # forged, of a time when each place had its own: 53 minutes and 28 seconds ahead
        ("Europe/Berlin", ["1880-03-01T23:06:31.999999Z", "1880-03-01T23:06:32Z"],
         {"1880-02-29T23:06": 1, "1880-03-01T23:06": 1}),
        # the last moment before midnight, by summer time and by winter time
        ("Europe/Berlin", ["2026-03-28T22:59:59.999999Z", "2026-03-28T23:00Z", "2026-03-29T21:59:59.999999Z", "2026-03-29T22:00Z"],
         {"2026-03-27T23:00": 1, "2026-03-28T23:00": 2, "2026-03-29T22:00": 1}),
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


# Of days that are sealed


@pytest.fixture
def sealed(monkeypatch):
    """Each kind of event at odd moments of a quarter of a year, all days sealed but the last ones and one that was touched since."""
    monkeypatch.setattr("tracking.services.turns.sleep", lambda seconds: None)  # nobody else is there
    first = datetime(2026, 2, 27, 23, 59, 59, 999999, tzinfo=UTC)
    kinds = [(kind.value, action.value) for kind, actions in LEGAL_ACTIONS.items() for action in actions]
    TrackingEvent.objects.bulk_create(
        build_event(
            child_id=1 + n % 3,
            sequence=1 + n // 3,
            occurred_at=first + timedelta(hours=5, minutes=n) * n,
            **dict(zip(("entity_type", "action"), kinds[n % 7], strict=True)),
            points_before=0,
            points_after=n - 100,
            delta=n - 100,
        )
        for n in range(220)
    )
    with clock.pretend(TrackingEvent.objects.newest_first().first().occurred_at):
        assert len(list(seal_days())) > 50
    make_event(child_id=9, occurred_at=first + timedelta(days=20))
    return TrackingEvent.objects.all()


QUESTIONS = {
    "all": {},
    "days": {"occurred_at__gte": datetime(2026, 3, 3, 12, tzinfo=UTC), "occurred_at__lt": datetime(2026, 4, 1, tzinfo=UTC)},
    "type": {"entity_type": "reward"},
    "type and action": {"entity_type": "task", "action": "cancelled", "occurred_at__gte": datetime(2026, 3, 1, tzinfo=UTC)},
    "child": {"child_id": 2},
}  # fmt: skip


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_sums_of_days_come_to_what_the_events_come_to(sealed, question):
    events = sealed.filter(**question)

    for interval in Interval:
        by_days, by_events = summarize(events, interval, ZoneInfo("UTC")), summarize(plain(events), interval, UTC)
        assert by_days.totals == by_events.totals
        assert [*map(without_last, by_days.periods)] == [*map(without_last, by_events.periods)]
        assert by_days.acts == len(events)


def plain(events):
    """The same, by a condition that no sum of a day knows of."""
    return events.filter(pk__gt=0)


def without_last(period):
    return (period.start.isoformat(), period.acts, period.good, period.not_good, period.spent)


def test_only_what_is_not_sealed_is_read_one_by_one(sealed):
    everything = sealed.count()

    left = one_by_one(sealed, ZoneInfo("Etc/UTC"), everything)

    assert 0 < left < everything / 5
    assert one_by_one(sealed, ZoneInfo("Europe/London"), everything) == everything  # its days are not UTC's, in summer
    assert one_by_one(sealed.filter(child_id=2), UTC, 73) == 73


def test_the_days_of_other_zones_are_made_of_events(sealed):
    rows = plain_sums.rows_now()

    for zone in map(ZoneInfo, ("Europe/London", "Asia/Kathmandu")):
        expected = [(start, len(within)) for start, _, within in plain_sums.series(rows, "day", zone)]
        assert [(period.start, period.acts) for period in summarize(sealed, Interval.DAY, zone).periods] == expected


def test_sqlite_finds_what_is_newest_by_time_not_by_type(sealed):
    # A plan like that read ten million events to add up those of two days.
    with CaptureQueriesContext(connection) as queries:
        summarize(plain(sealed).filter(occurred_at__gte=datetime(2026, 4, 1, tzinfo=UTC)), Interval.DAY, UTC)
    (sql,) = (query["sql"] for query in queries)

    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {'QUERY PLAN ' if connection.vendor == 'sqlite' else ''}{sql}")
        assert "event_entity_type" not in str(cursor.fetchall())


def test_nothing_comes_to_nothing():
    summary = summarize(TrackingEvent.objects.none(), Interval.DAY, UTC)

    assert (summary.acts, summary.good, summary.not_good, summary.spent, summary.periods) == (0, 0, 0, 0, [])
    assert {kind: tuple(actions) for kind, actions in summary.totals.items()} == LEGAL_ACTIONS


@pytest.mark.parametrize("interval", Interval)
def test_the_last_day_there_is_ends_it(db, interval):
    # a forged one: no clock comes there
    make_event(occurred_at=datetime(9999, 12, 30, tzinfo=UTC), created_at=datetime(9999, 12, 30, tzinfo=UTC))

    assert len(summarize(TrackingEvent.objects.all(), interval, UTC).periods) == 1
