from datetime import UTC, timedelta

import pytest

from children.tests.factories import make_child
from tracking.models import Purge, TrackingEvent
from tracking.summary.balances import balance_at, balances
from tracking.summary.interval import Interval
from tracking.summary.summary import summarize
from tracking.tests.factories import MOMENT, make_event

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


def test_a_period_knows_its_last_sequence_and_keeps_the_balance_where_nothing_happened():
    for child_id in (2, 3):  # the other has the same sequences, and other points
        for n, day in enumerate((1, 1, 4, 7), start=1):
            change = {"points_before": 0, "points_after": n * 10**child_id, "delta": n * 10**child_id}
            make_event(child_id=child_id, sequence=n, occurred_at=MOMENT + timedelta(days=day, seconds=n), **change)
    mine = TrackingEvent.objects.filter(child_id=2)

    periods = summarize(mine, Interval.DAY, UTC).periods
    later = summarize(mine.filter(sequence__gt=2), Interval.DAY, UTC).periods

    assert [period.last for period in periods] == [2, 0, 0, 3, 0, 0, 4]
    assert [*balances(2, periods).items()] == [
        (period.start, points) for period, points in zip(periods, [200, 200, 200, 300, 300, 300, 400], strict=True)
    ]
    assert [*balances(2, later).values()] == [300, 300, 300, 400]
    assert balances(2, []) == {}


def test_a_balance_is_the_one_right_before_a_moment():
    make_event(sequence=1, points_before=0, points_after=10)
    make_event(sequence=2, points_before=10, points_after=20, occurred_at=MOMENT + SECOND)

    moments = [MOMENT + SECOND / 2, MOMENT + SECOND, MOMENT + 2 * SECOND, None]
    assert [balance_at(2, moment) for moment in moments] == [10, 10, 20, 20]


def test_before_its_first_act_a_child_has_nothing_and_who_never_was_no_balance(family):
    child = make_child(family)
    make_event(child_id=child.pk)

    assert balance_at(child.pk, MOMENT) == 0
    assert balance_at(make_child(family, "Byron").pk) == 0
    assert balance_at(child.pk + 99) is None


def test_what_was_purged_is_known_from_its_end_on(family):
    child = make_child(family)
    Purge.objects.create(
        child_id=child.pk, family_id=family.pk, sequence=4, points_after=25, occurred_at=MOMENT, events=4
    )

    moments = [MOMENT - SECOND, MOMENT, MOMENT + SECOND, None]
    assert [balance_at(child.pk, moment) for moment in moments] == [None, None, 25, 25]
