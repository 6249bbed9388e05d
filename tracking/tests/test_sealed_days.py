"""Days that are over are counted once: lists count and go to any page by these sums, and say exactly what plain ones say."""

from datetime import UTC, date, datetime, timedelta, timezone
from itertools import groupby, islice
from operator import attrgetter
from random import Random

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import QuerySet

from children import clock
from tracking.models import DaySum, PurgeDoor, TrackingEvent
from tracking.models.kinds import LEGAL_ACTIONS
from tracking.models.plain_form import FIELDS
from tracking.services.sealing import seal_days, touch_days
from tracking.tests.aging import live, noon, purge
from tracking.tests.factories import make_day_sum, make_event
from tracking.verification.verify import Tally, verify

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
FIRST = date(2026, 3, 1)
MICROSECOND = timedelta(microseconds=1)
KINDS = [(kind.value, action.value) for kind, actions in LEGAL_ACTIONS.items() for action in actions]


@pytest.fixture(autouse=True)
def long_after(db, monkeypatch):
    """Nobody else is there, to whom to leave a turn."""
    monkeypatch.setattr("tracking.services.turns.sleep", lambda seconds: None)
    with clock.pretend(NOON + timedelta(days=100)):
        yield


def event_at(moment, sequence, kind=("task", "activated"), **values):
    return make_event(
        occurred_at=moment, created_at=moment, sequence=sequence, entity_type=kind[0], action=kind[1], **values
    )


def late_event(moment, sequence=99, **values):
    return event_at(moment, sequence, child_id=77, **values)


def days():
    """How many events were counted of each, and whether it was touched since."""
    rows = list(DaySum.objects.order_by("day"))
    return [
        (day, sum(row.events for row in of_day), any(row.is_touched for row in of_day))
        for day, of_day in ((day, [*of_day]) for day, of_day in groupby(rows, attrgetter("day")))
    ]


def seal():
    return list(seal_days())


@pytest.fixture
def three_days(db):
    """An event on the first day, two on the third, one on the fourth."""
    return [event_at(NOON + timedelta(days=day), number) for number, day in enumerate((0, 2, 2, 3), start=1)]


# Sealing


def test_each_day_with_events_is_counted(three_days):
    assert seal() == [FIRST, date(2026, 3, 3), date(2026, 3, 4)]

    assert days() == [(FIRST, 1, False), (date(2026, 3, 3), 2, False), (date(2026, 3, 4), 1, False)]


def test_what_a_day_comes_to_is_told_by_kind(db):
    for number, kind in enumerate([("task", "activated"), ("task", "activated"), ("task", "cancelled")], start=1):
        last = event_at(NOON, number, kind)

    seal()

    sums = (
        DaySum.objects.filter(events__gt=0)
        .order_by("action")
        .values_list("entity_type", "action", "events", "points", "last_id")
    )
    assert list(sums) == [("task", "activated", 2, 20, last.pk - 1), ("task", "cancelled", 1, 10, last.pk)]


@pytest.mark.parametrize(("passed", "sealed"), [(timedelta(hours=1) - MICROSECOND, 0), (timedelta(hours=1), 1)])
def test_a_day_is_counted_once_it_has_been_over_for_an_hour(db, passed, sealed):
    event_at(datetime(2026, 3, 1, 23, 59, tzinfo=UTC), 1)

    with clock.pretend(datetime(2026, 3, 2, tzinfo=UTC) + passed):
        assert len(seal()) == sealed


def test_a_day_is_one_of_utc(db):
    for number, moment in enumerate((NOON.replace(hour=0), NOON.replace(hour=0) - MICROSECOND), start=1):
        event_at(moment, number)

    assert seal() == [date(2026, 2, 28), FIRST]


def test_what_is_counted_is_not_counted_again(three_days):
    seal()

    assert seal() == []


def test_housekeeping_counts(three_days):
    call_command("housekeeping")

    assert len(days()) == 3


def test_the_command_counts_and_says_how_many(three_days, capsys):
    call_command("seal_days")
    call_command("seal_days")

    assert capsys.readouterr().out.splitlines() == ["3 days counted.", "0 days counted."]


def test_until_it_is_counted_anew_everything_is_counted_live(three_days):
    seal()
    DaySum.objects.filter(day=FIRST).delete()
    DaySum.objects.update(events=4711)

    touch_days()

    assert TrackingEvent.objects.count() == 4
    assert len(seal()) == 3
    assert found() == []


def test_the_command_counts_anew(three_days, capsys):
    seal()
    DaySum.objects.update(events=4711)

    call_command("seal_days", "--anew")

    assert capsys.readouterr().out == "3 days counted.\n"
    assert TrackingEvent.objects.count() == 4


# What comes late, and what goes


def test_an_event_of_a_sealed_day_is_counted_before_its_day_is_again(three_days):
    seal()

    late_event(NOON)

    assert TrackingEvent.objects.count() == 5
    assert days()[0] == (FIRST, 1, True)
    assert seal() == [FIRST]
    assert days()[0] == (FIRST, 2, False)


def test_one_of_a_kind_or_a_day_that_had_none_is_too(three_days):
    seal()

    late_event(NOON, kind=("reward", "requested"))
    late_event(NOON + timedelta(days=1), 100)

    assert TrackingEvent.objects.count() == 6
    assert TrackingEvent.objects.filter(entity_type="reward").count() == 1
    assert seal() == [FIRST, date(2026, 3, 2)]
    assert TrackingEvent.objects.count() == 6


def test_one_before_all_days_is_too(three_days):
    seal()

    late_event(datetime(1, 1, 1, tzinfo=UTC))

    assert TrackingEvent.objects.count() == 5
    assert seal() == [date(1, 1, 1)]
    assert TrackingEvent.objects.count() == 5


def test_what_occurs_after_the_sealed_days_touches_none(three_days):
    seal()

    late_event(NOON + timedelta(days=4))

    assert not any(is_touched for *_, is_touched in days())
    assert TrackingEvent.objects.count() == 5


@pytest.mark.parametrize("how", ["INSERT", *(["INSERT OR IGNORE", "REPLACE"] if connection.vendor == "sqlite" else [])])
def test_one_inserted_by_hand_is_counted(three_days, how):
    seal()
    names = [field.column for field in TrackingEvent._meta.local_fields]
    values = ", ".join({"id": "4711", "sequence": "4711"}.get(name, name) for name in names)
    (first, *_), table = three_days, TrackingEvent._meta.db_table

    with connection.cursor() as cursor:
        selected = f"SELECT {values} FROM {table} WHERE id = %s"
        cursor.execute(f"{how} INTO {table} ({', '.join(names)}) {selected}", [first.pk])

    assert days()[0] == (FIRST, 1, True)
    assert TrackingEvent.objects.count() == 5


def test_purged_events_are_counted_no_more(child, sibling, task, penalty, parent):
    live(child, sibling, task, penalty, parent)
    seal()
    before = TrackingEvent.objects.count()

    purge(noon(5))

    assert TrackingEvent.objects.count() == before - 4
    assert [is_touched for *_, is_touched in days()] == [True] * 4 + [False] * 10
    seal()
    assert TrackingEvent.objects.count() == before - 4
    assert [events for _, events, _ in days()] == [0] * 4 + [1] * 10


# What is asked


@pytest.mark.parametrize(
    "conditions",
    [
        {"child_id": 2},
        {"family_id": 1},
        {"user_id": None},
        {"entity_id": 3},
        {"entity_type__in": ["task"]},
        {"occurred_at__lte": NOON},
        {"occurred_at__year": 2026},
        {"id__lte": 3},
    ],
    ids=lambda conditions: next(iter(conditions)),
)
def test_what_the_sums_do_not_tell_is_counted_live(three_days, conditions):
    seal()
    DaySum.objects.update(events=4711)

    events = TrackingEvent.objects.filter(**conditions)

    assert events.split() is None
    assert events.count() == QuerySet.count(events)


@pytest.mark.parametrize(
    "narrow",
    [
        lambda events: events.exclude(entity_type="reward"),
        lambda events: events.filter(entity_type="task").filter(entity_type="reward"),
        lambda events: events.none(),
        lambda events: events.distinct(),
        lambda events: events[1:3],
        lambda events: events.values("child_id").distinct(),
        lambda events: events.union(events),
        lambda events: events.filter(entity_type="task") | events.filter(action="cancelled"),
    ],
)
def test_other_queries_are_left_alone(three_days, narrow):
    seal()

    events = narrow(TrackingEvent.objects.all())

    assert events.split() is None
    assert events.count() == QuerySet.count(events)


def test_what_was_read_already_is_not_counted_again(three_days, django_assert_num_queries):
    events = TrackingEvent.objects.all()
    list(events)

    with django_assert_num_queries(0):
        assert (events.count(), len(events[2:])) == (4, 2)


def test_rows_that_are_no_instances_are_counted_as_well(three_days):
    seal()

    assert TrackingEvent.objects.values(*FIELDS).split() is not None


def test_a_count_takes_no_more_queries_the_more_days_there_are(three_days, django_assert_num_queries):
    seal()

    # The newest sealed day, which are touched, the sum of the others, the events since.
    with django_assert_num_queries(4):
        assert TrackingEvent.objects.count() == 4


def test_a_list_that_is_split_once_finds_a_page_by_its_count(three_days, django_assert_num_queries):
    seal()
    events = TrackingEvent.objects.newest_first()
    ids = list(events.values_list("pk", flat=True))

    with django_assert_num_queries(6):  # as above, the day of the page, its rows
        once = events.split_once()
        assert (once.count(), [event.pk for event in once[3:10]]) == (4, ids[3:])


def test_what_is_split_once_is_split_anew_where_it_is_narrowed(three_days):
    seal()
    events = TrackingEvent.objects.newest_first().split_once()

    for narrowed in (
        events.filter(action="cancelled"),
        events.filter(child_id=1),
        events.up_to(2),
        events & events.filter(pk=1),
    ):
        assert narrowed.count() == QuerySet.count(narrowed)
        assert len(narrowed[1:]) == max(QuerySet.count(narrowed) - 1, 0)


def test_what_no_sum_tells_is_not_looked_for_twice(three_days, django_assert_num_queries):
    events = TrackingEvent.objects.split_once()  # nothing is sealed

    with django_assert_num_queries(1):
        assert events.count() == 4


def test_a_far_page_starts_in_its_own_day(three_days):
    seal()

    assert [event.sequence for event in TrackingEvent.objects.newest_first()[3:10]] == [1]
    assert "OFFSET" not in str(TrackingEvent.objects.newest_first()[3:10].query)


def test_a_page_after_the_last_is_empty(three_days):
    seal()

    assert list(TrackingEvent.objects.newest_first()[4:10]) == []
    assert list(TrackingEvent.objects.newest_first()[400:]) == []


def test_a_page_that_ends_before_it_begins_is_empty(three_days):
    seal()

    assert list(TrackingEvent.objects.newest_first()[3:1]) == list(TrackingEvent.objects.newest_first()[3:3]) == []


@pytest.mark.parametrize("newest", [2**63, 10**30, -1])
def test_an_id_that_there_cannot_be_is_none(three_days, newest):
    seal()

    assert TrackingEvent.objects.up_to(newest).count() == (0 if newest < 0 else 4)


def test_tables_that_somebody_adds_are_seen(three_days):
    seal()

    assert TrackingEvent.objects.extra(tables=["tracking_purgedoor"]).count() == 0


@pytest.mark.parametrize("order", [["id"], ["occurred_at", "created_at", "id"], ["-occurred_at", "-id"]])
def test_in_another_order_pages_are_left_alone(three_days, order):
    seal()
    events = TrackingEvent.objects.order_by(*order)

    assert list(events[1:3]) == list(events)[1:3]
    assert list(events.reverse()[1:3]) == list(events.reverse())[1:3]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the plans of SQLite")
@pytest.mark.parametrize("whose", [{"family_id": 1}, {"child_id": 2}])
def test_a_page_that_stands_still_sorts_nothing(db, whose):
    page = TrackingEvent.objects.filter(**whose).up_to(4711).newest_first()[:50]

    assert "TEMP B-TREE" not in page.explain()


# Proof


def found():
    return [finding.detail for finding in verify(Tally()) if finding.check == "day_sum"]


def test_sums_are_verified(child, sibling, task, penalty, parent):
    live(child, sibling, task, penalty, parent)
    seal()

    assert list(verify(Tally())) == []


@pytest.mark.parametrize("column", ["events", "points", "first_id", "last_id"])
def test_a_sum_that_is_wrong_is_found(three_days, column):
    seal()
    DaySum.objects.filter(day=FIRST, entity_type="task", action="activated").update(**{column: 4711})

    (detail,) = found()

    assert detail.startswith("2026-03-01 task activated:")
    assert f"'{column}': 4711" in detail
    assert "seal_days --anew" in detail


def test_a_sum_that_is_missing_is_found(three_days):
    seal()
    DaySum.objects.filter(day=date(2026, 3, 3)).delete()

    assert len(found()) == 1


def test_a_sum_of_nothing_is_found(three_days):
    seal()
    make_day_sum(day=date(2026, 3, 2))

    assert len(found()) == 1


def test_a_touched_sum_tells_nothing_and_is_not_judged(three_days):
    seal()

    late_event(NOON)

    assert found() == []


# All of it at once, against plain queries


class Life:
    """Events of several days, in an order of ids that is not that of time; sealed, touched, and sealed again."""

    def __init__(self, random):
        self.random, self.sequence = random, 0

    def asked_moment(self):
        """In any time zone."""
        return self.moment().astimezone(timezone(timedelta(hours=self.random.randrange(-12, 13))))

    def moment(self):
        """Often on the edge of a day."""
        edge = self.random.choice([timedelta(), -MICROSECOND, MICROSECOND, timedelta(hours=self.random.randrange(24))])
        return NOON.replace(hour=0) + timedelta(days=self.random.randrange(12)) + edge

    def act(self):
        self.sequence += 1
        event_at(self.moment(), self.sequence, self.random.choice(KINDS))

    def purge(self):
        PurgeDoor(pk=PurgeDoor.ONLY, cutoff=NOON + timedelta(days=100)).save()
        TrackingEvent.objects.filter(pk__in=self.random.sample(self.ids(), 2)).purge()
        PurgeDoor.objects.all().delete()

    def seal_some(self):
        with clock.pretend(NOON + timedelta(days=self.random.randrange(18))):
            list(islice(seal_days(), self.random.randrange(1, 15)))

    def ids(self):
        return list(TrackingEvent.objects.values_list("id", flat=True))

    def question(self):
        draw, kind = self.random.random, self.random.choice(KINDS)
        asked = {
            "occurred_at__gte": self.asked_moment(),
            "occurred_at__lt": self.asked_moment(),
            "entity_type": kind[0],
            "action": kind[1],
            "id__upto": self.random.choice([0, *self.ids()]),
        }
        return {name: value for name, value in asked.items() if draw() < 0.4}


@pytest.mark.parametrize("seed", range(8))
def test_whatever_happened_lists_say_what_plain_ones_say(db, seed):
    life = Life(Random(seed))

    for _ in range(5):
        for happens in life.random.choices([life.act, life.seal_some], [8, 1], k=20):
            happens()
        if len(life.ids()) > 20:
            life.purge()
        for _ in range(8):
            hold(TrackingEvent.objects.filter(**life.question()).newest_first(), life.random)
    assert found() == []


def hold(events, random):
    """Whatever is asked, it is what Django's own queries give."""
    ids = [event.pk for event in QuerySet.all(events)]
    parts = events.split()
    start = random.randrange(len(ids) + 3)
    stop = random.choice([None, start + random.randrange(9)])

    assert events.count() == len(ids)
    assert [event.pk for event in events[start:stop]] == ids[start:stop]
    assert [row["id"] for row in events.values(*FIELDS)[start:stop]] == ids[start:stop]
    if parts is not None:
        counted_one_by_one = [pk for each in parts.rest for pk in each.events.values_list("pk", flat=True)]
        assert len({*counted_one_by_one}) == len(counted_one_by_one)
        assert {*counted_one_by_one} <= {*ids}
