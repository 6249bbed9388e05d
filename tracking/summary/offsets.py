"""How far the clocks of a time zone are ahead of UTC, and until when: Python's answer, for both databases the same."""

from datetime import UTC, datetime, timedelta, tzinfo
from typing import NamedTuple

STEP = timedelta(days=1)  # no zone ever changed its clocks and changed them again in so short a time
SECOND = timedelta(seconds=1)


class Offset(NamedTuple):
    """`until` is the moment at which the clocks change, None where nothing asks for it."""

    until: datetime | None
    ahead: timedelta


def offsets(zone: tzinfo, first: datetime, last: datetime) -> list[Offset]:
    """Return those that the zone has between both moments, in order."""
    found, moment, last = [], _whole_second(first), _whole_second(last)
    while moment < last:
        then = moment + STEP if last - moment > STEP else last
        if _ahead(zone, moment) != _ahead(zone, then):
            found.append(Offset(_change(zone, moment, then), _ahead(zone, moment)))
        moment = then
    return [*found, Offset(None, _ahead(zone, last))]


def fixed_offset(zone: tzinfo) -> timedelta | None:
    """None for a zone that changes its clocks."""
    return zone.utcoffset(None)


def _change(zone: tzinfo, before: datetime, after: datetime) -> datetime:
    """Return when the clocks change between both."""
    while after - before > SECOND:
        middle = _whole_second(before + (after - before) / 2)
        if _ahead(zone, middle) == _ahead(zone, before):
            before = middle
        else:
            after = middle
    return after


def _ahead(zone: tzinfo, moment: datetime) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()


def _whole_second(moment: datetime) -> datetime:
    """Clocks change at whole seconds only."""
    return moment.astimezone(UTC).replace(microsecond=0)
