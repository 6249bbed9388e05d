"""How far the clocks of a zone are ahead, against Python asked at each moment."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tracking.summary.offsets import Offset, offsets

HOUR = timedelta(hours=1)


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_year_has_winter_and_summer():
    found = offsets(ZoneInfo("Europe/Berlin"), at("2026-01-01"), at("2027-01-01"))

    assert found == [
        Offset(at("2026-03-29T01:00"), HOUR),
        Offset(at("2026-10-25T01:00"), 2 * HOUR),
        Offset(None, HOUR),
    ]


@pytest.mark.parametrize(
    ("zone", "first", "last", "expected"),
    [
        # all of it before a change, from it on, up to right before it
        ("Europe/Berlin", "2026-03-28T00:00", "2026-03-29T00:59:59.999999", [HOUR]),
        ("Europe/Berlin", "2026-03-29T01:00", "2026-03-30T00:00", [2 * HOUR]),
        ("Europe/Berlin", "2026-03-29T00:59:59.999999", "2026-03-29T01:00", [HOUR, 2 * HOUR]),
        ("Europe/Berlin", "2026-03-01T00:00", "2026-03-01T00:00", [HOUR]),
        # half an hour of summer time, the local time of a place, a zone that never changes, a day that was left out
        ("Australia/Lord_Howe", "2026-01-01", "2026-06-01", [11 * HOUR, 10.5 * HOUR]),
        ("Europe/Berlin", "1892-01-01", "1894-01-01", [timedelta(minutes=53, seconds=28), HOUR]),
        ("Asia/Kolkata", "2020-01-01", "2026-01-01", [5.5 * HOUR]),
        ("UTC", "2020-01-01", "2026-01-01", [0 * HOUR]),
        ("Pacific/Apia", "2011-12-01", "2012-01-01", [-10 * HOUR, 14 * HOUR]),
        # as far as the calendar goes
        ("Asia/Tokyo", "9999-12-31T01:00", "9999-12-31T02:00", [9 * HOUR]),
    ],
)
def test_each_offset_of_the_time_is_found(zone, first, last, expected):
    assert [offset.ahead for offset in offsets(ZoneInfo(zone), at(first), at(last))] == expected


@pytest.mark.parametrize("zone", ["Africa/Casablanca", "America/Havana", "Europe/London", "Antarctica/Troll"])
def test_each_moment_of_forty_years_has_the_offset_that_python_says(zone):
    first, last = at("1998-01-01"), at("2038-01-01")
    found = offsets(ZoneInfo(zone), first, last)

    for offset in found[:-1]:
        before, after = offset.until - timedelta(microseconds=1), offset.until
        assert before.astimezone(ZoneInfo(zone)).utcoffset() == offset.ahead
        assert after.astimezone(ZoneInfo(zone)).utcoffset() != offset.ahead
    moments = [first + timedelta(hours=61 * n) for n in range(5700)]
    for moment in moments:
        ahead = next(offset.ahead for offset in found if offset.until is None or moment < offset.until)
        assert moment.astimezone(ZoneInfo(zone)).utcoffset() == ahead
