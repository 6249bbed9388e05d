"""Reading by chunks: all of it once, in order, and nothing of what comes later."""

import tracemalloc
from datetime import timedelta
from itertools import product

import pytest
from django.db import connection
from django.db.models import Q

from tracking.exports import chunks as reading
from tracking.exports.chunks import Chunks, Extent
from tracking.models import TrackingEvent
from tracking.models.plain_form import to_plain
from tracking.tests.factories import MOMENT, build_event, make_event

pytestmark = pytest.mark.django_db
SECONDS = [MOMENT + timedelta(seconds=number) for number in range(3)]


def read(events=None):
    events = TrackingEvent.objects.all() if events is None else events
    return [to_plain(row) for rows in Chunks(events, Extent.of(events)) for row in rows]


def fill(count):
    first = TrackingEvent.objects.count() + 1
    TrackingEvent.objects.bulk_create(
        build_event(sequence=number, occurred_at=MOMENT + timedelta(seconds=number))
        for number in range(first, first + count)
    )


@pytest.fixture
def at_the_same_moments():
    """Events that are told apart by nothing but `created_at`, or `id`."""
    moments = [*product(SECONDS, SECONDS), *product(SECONDS, reversed(SECONDS))]
    for sequence, (occurred_at, created_at) in enumerate(moments, start=1):
        make_event(sequence=sequence, occurred_at=occurred_at, created_at=created_at)


@pytest.mark.parametrize("size", [1, 2, 3, 6, 7, 17, 18, 19, 1000])
def test_each_event_comes_once_and_in_order_wherever_a_chunk_ends(at_the_same_moments, monkeypatch, size):
    monkeypatch.setattr(reading, "CHUNK", size)

    assert read() == [event.to_dict() for event in TrackingEvent.objects.newest_first()]
    assert len(read()) == 18


@pytest.mark.parametrize(
    "chosen",
    [
        Q(occurred_at__lt=SECONDS[2]),
        Q(occurred_at__gte=SECONDS[1]),
        Q(occurred_at__gte=SECONDS[1], occurred_at__lt=SECONDS[2]),
        Q(sequence__in=[1, 5, 9, 14]),
        Q(family_id=1, child_id=2),
        Q(family_id=9),
    ],
)
def test_so_it_is_with_what_was_chosen(at_the_same_moments, monkeypatch, chosen):
    monkeypatch.setattr(reading, "CHUNK", 2)
    events = TrackingEvent.objects.filter(chosen)

    assert read(events) == [event.to_dict() for event in events.newest_first()]


def test_what_is_recorded_meanwhile_is_not_in_it_whenever_it_occurred(monkeypatch):
    monkeypatch.setattr(reading, "CHUNK", 2)
    fill(5)
    events = TrackingEvent.objects.all()
    extent = Extent.of(events)

    read = Chunks(events, extent)
    found = next(read)
    make_event(sequence=6, occurred_at=MOMENT)  # such as a replayed one
    make_event(sequence=7, occurred_at=MOMENT + timedelta(days=1))
    for rows in read:
        found += rows

    assert [row["sequence"] for row in found] == [5, 4, 3, 2, 1]
    assert extent == Extent(count=5, newest=found[0]["id"])


def test_what_is_recorded_between_counting_and_reading_is_not_in_it_either(monkeypatch):
    monkeypatch.setattr(reading, "CHUNK", 2)
    fill(3)
    events = TrackingEvent.objects.all()
    extent = Extent.of(events)
    fill(4)

    assert [row["sequence"] for rows in Chunks(events, extent) for row in rows] == [3, 2, 1]


def test_where_there_is_nothing_nothing_comes():
    assert read() == []
    assert Extent.of(TrackingEvent.objects.all()) == Extent(count=0, newest=0)


def test_a_chunk_takes_one_query(monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(reading, "CHUNK", 10)
    fill(35)
    events = TrackingEvent.objects.all()
    extent = Extent.of(events)

    with django_assert_num_queries(4):
        assert sum(len(rows) for rows in Chunks(events, extent)) == 35


def steps(read):
    """How many steps SQLite took for each chunk."""
    taken = []
    connection.ensure_connection()
    connection.connection.set_progress_handler(lambda: taken.append(None), 1)
    try:
        for _ in read:
            yield len(taken)
            taken.clear()
    finally:
        connection.connection.set_progress_handler(None, 1)


@pytest.mark.once
@pytest.mark.parametrize(
    "chosen",
    [
        Q(),
        Q(family_id=1),
        Q(child_id=2),
        Q(entity_type="task"),
        Q(occurred_at__lt=MOMENT + timedelta(days=1)),
        Q(family_id=1, occurred_at__gte=MOMENT, occurred_at__lt=MOMENT + timedelta(days=1)),
    ],
)
def test_a_chunk_costs_the_same_wherever_it_is(monkeypatch, chosen):
    monkeypatch.setattr(reading, "CHUNK", 20)
    fill(600)
    events = TrackingEvent.objects.filter(chosen)

    costs = list(steps(Chunks(events, Extent.of(events))))

    assert len(costs) == 30
    assert max(costs) < 2 * min(costs)


def peak():
    """The most memory, in bytes, that reading everything took at once."""
    events = TrackingEvent.objects.all()
    extent = Extent.of(events)
    tracemalloc.start()
    try:
        for _ in Chunks(events, extent):
            pass
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_their_number(monkeypatch):
    monkeypatch.setattr(reading, "CHUNK", 100)
    fill(200)
    peak()  # what is made once
    few = peak()
    fill(1_800)

    assert peak() < few * 2
