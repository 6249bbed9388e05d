"""A day is counted with every event that is written while it is, or is marked by it: never neither. On PostgreSQL, where writers do not wait for one another."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from children import clock
from tracking.models import DaySum, TrackingEvent
from tracking.services.sealing import _count, _open_next, seal_days, touch_days
from tracking.tests.factories import make_event
from tracking.tests.racing import holding, queue, race
from tracking.verification.days import wrong_sums

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def seal():
    with clock.pretend(NOON + timedelta(days=100)):
        return list(seal_days())


def opened():
    with clock.pretend(NOON + timedelta(days=100)):
        return _open_next()


def event(sequence):
    return make_event(sequence=sequence, occurred_at=NOON, created_at=NOON)


def sums():
    """How many events were counted, and whether any was touched since."""
    rows = list(DaySum.objects.all())
    return sum(row.events for row in rows), any(row.is_touched for row in rows)


def test_a_day_is_not_counted_while_an_act_of_it_is_open():
    event(1)

    with holding(lambda: event(2)):
        assert seal() == []
    assert seal() == [NOON.date()]

    assert sums() == (2, False)


def test_an_act_waits_while_a_day_is_opened_and_marks_it():
    event(1)

    queue(opened, lambda: event(2))

    assert sums() == (0, True)
    assert seal() == [NOON.date()]
    assert sums() == (2, False)


def test_one_that_comes_while_a_day_is_counted_waits_and_marks_it():
    event(1)
    opened()

    queue(seal, lambda: event(2))

    assert sums() == (1, True)
    assert TrackingEvent.objects.count() == 2
    assert list(wrong_sums()) == []


def test_one_that_came_before_is_counted_later():
    event(1)
    opened()

    with holding(lambda: event(2)):
        assert seal() == []
    assert seal() == [NOON.date()]

    assert sums() == (2, False)


def test_one_that_comes_to_another_day_waits_for_no_count():
    event(1)
    opened()

    with holding(lambda: _count(NOON.date())):
        make_event(sequence=2, occurred_at=NOON + timedelta(days=1), created_at=NOON)


def test_two_that_come_late_at_once_are_both_counted():
    event(1)
    seal()

    queue(lambda: event(2), lambda: event(3))

    assert TrackingEvent.objects.count() == 3
    seal()
    assert sums() == (3, False)


def test_one_that_comes_while_all_is_to_be_counted_anew_is(db):
    for number in range(1, 4):
        make_event(sequence=number, occurred_at=NOON + timedelta(days=number), created_at=NOON)
    seal()

    queue(lambda: make_event(sequence=9, occurred_at=NOON + timedelta(days=3), created_at=NOON), touch_days)

    assert TrackingEvent.objects.count() == 4
    seal()
    assert TrackingEvent.objects.count() == 4
    assert list(wrong_sums()) == []


def test_two_can_count_at_once():
    event(1)

    assert sorted(race(seal, seal), key=len) == [[], [NOON.date()]]

    assert sums() == (1, False)


def test_one_that_is_taken_back_leaves_no_mark():
    event(1)
    seal()

    with transaction.atomic():
        event(2)
        transaction.set_rollback(True)

    assert sums() == (1, False)
