from datetime import timedelta, timezone

import pytest
from django.db import IntegrityError, connection, transaction

from children.errors import RefusedByDesign
from tracking.models import TrackingEvent
from tracking.models.kinds import LEGAL_ACTIONS, Action, EntityType
from tracking.models.plain_form import FIELDS, InvalidEvent
from tracking.tests.factories import MOMENT, build_event, make_event

PAIRS = [(entity_type.value, action.value) for entity_type in EntityType for action in Action]
LEGAL = [(entity_type.value, action.value) for entity_type, actions in LEGAL_ACTIONS.items() for action in actions]
ILLEGAL = [pair for pair in PAIRS if pair not in LEGAL]

# The plain form


def test_the_plain_form_is_json_with_moments_in_utc():
    assert build_event().to_dict() == {
        "id": None,
        "user_id": None,
        "actor_role": "system",
        "family_id": 1,
        "child_id": 2,
        "sequence": 1,
        "entity_type": "task",
        "entity_id": 3,
        "action": "activated",
        "points_before": 0,
        "points_after": 10,
        "delta": 10,
        "occurred_at": "2026-03-01T12:30:15.000042Z",
        "created_at": "2026-03-01T12:30:15.000042Z",
        "metadata": {"entity_name": "Dishes", "points": 10, "activation_id": 4},
    }


def test_the_plain_form_has_every_column():
    assert set(FIELDS) == {field.attname for field in TrackingEvent._meta.concrete_fields}


def test_moments_of_another_zone_become_utc():
    moment = MOMENT.astimezone(timezone(timedelta(hours=5, minutes=30)))

    assert build_event(occurred_at=moment).to_dict()["occurred_at"] == "2026-03-01T12:30:15.000042Z"


@pytest.mark.parametrize(
    "values", [{}, {"metadata": None}, {"id": 7}, {"user_id": 8}, {"points_before": -5, "delta": 15}]
)
def test_there_and_back_it_is_the_same(values):
    plain = build_event(**values).to_dict()

    assert TrackingEvent.from_dict(plain).to_dict() == plain


@pytest.mark.parametrize("metadata", [None, {}, {"entity_name": "Geschirr spülen 🍽", "points": 10}])
def test_through_the_database_it_is_the_same(db, metadata):
    made = make_event(metadata=metadata)

    assert TrackingEvent.objects.get().to_dict() == made.to_dict()


def test_from_the_plain_form_it_can_be_saved(db):
    TrackingEvent.from_dict(build_event(sequence=5).to_dict()).save()

    assert TrackingEvent.objects.get().sequence == 5


def test_a_moment_of_another_zone_is_read():
    plain = {**build_event().to_dict(), "occurred_at": "2026-03-01T14:30:15.000042+02:00"}

    assert TrackingEvent.from_dict(plain).occurred_at == MOMENT


@pytest.mark.parametrize("name", FIELDS)
def test_no_field_may_be_missing(name):
    plain = build_event().to_dict()
    del plain[name]

    with pytest.raises(InvalidEvent, match=name):
        TrackingEvent.from_dict(plain)


def test_no_field_may_be_unknown():
    with pytest.raises(InvalidEvent, match="surprise"):
        TrackingEvent.from_dict({**build_event().to_dict(), "surprise": 1})


@pytest.mark.parametrize("plain", [None, [], "event", 7])
def test_only_an_object_is_an_event(plain):
    with pytest.raises(InvalidEvent):
        TrackingEvent.from_dict(plain)


NUMBERS = ["family_id", "child_id", "sequence", "entity_id", "points_before", "points_after", "delta"]
WRONG = [
    *[(name, value) for name in [*NUMBERS, "id", "user_id"] for value in ("7", 7.0, True, [7], 2**63)],
    *[(name, None) for name in FIELDS if name not in ("id", "user_id", "metadata")],
    *[(name, value) for name in ("actor_role", "entity_type", "action") for value in (1, "", "lost", ["task"])],
    *[
        (name, value)
        for name in ("occurred_at", "created_at")
        for value in (
            1,
            "",
            "yesterday",
            "2026-02-30T00:00:00Z",
            "2026-03-01T12:30:15",
            "2026-03-01",
            "0001-01-01T00:00:00+23:00",
        )
    ],
    *[("metadata", value) for value in ("{}", [], 7, False)],
    ("sequence", 0),
    ("sequence", -1),
    ("delta", 11),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_value_is_refused_and_named(name, value):
    with pytest.raises(InvalidEvent, match=name):
        TrackingEvent.from_dict({**build_event().to_dict(), name: value})


@pytest.mark.parametrize(("entity_type", "action"), ILLEGAL)
def test_what_does_not_go_together_is_refused(entity_type, action):
    with pytest.raises(InvalidEvent, match="entity_type and action"):
        TrackingEvent.from_dict({**build_event().to_dict(), "entity_type": entity_type, "action": action})


@pytest.mark.parametrize(("entity_type", "action"), LEGAL)
def test_what_goes_together_is_taken_by_the_form_and_the_database(db, entity_type, action):
    TrackingEvent.from_dict({**build_event().to_dict(), "entity_type": entity_type, "action": action}).save()

    assert TrackingEvent.objects.filter(entity_type=entity_type, action=action).exists()


# What the database refuses


def refused(constraint, **values):
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        make_event(**values)
    assert constraint in str(error.value) or (connection.vendor == "sqlite" and "UNIQUE" in str(error.value))


@pytest.mark.parametrize(("entity_type", "action"), [*ILLEGAL, ("task", "lost"), ("chore", "activated")])
def test_the_database_refuses_what_does_not_go_together(db, entity_type, action):
    refused("event_legal_pair", entity_type=entity_type, action=action)


@pytest.mark.parametrize("sequence", [0, -1])
def test_the_database_refuses_a_sequence_below_1(db, sequence):
    refused("event_sequence_positive", sequence=sequence)


def test_the_database_refuses_an_unknown_role(db):
    refused("event_actor_role_known", actor_role="stranger")


def test_the_database_refuses_a_change_that_does_not_add_up(db):
    refused("event_delta_adds_up", delta=9)


def test_the_database_refuses_a_sequence_twice(db):
    make_event()

    with pytest.raises(IntegrityError), transaction.atomic():
        make_event()
    make_event(sequence=2)
    make_event(child_id=3)


@pytest.mark.parametrize("name", [name for name in FIELDS if name not in ("id", "user_id", "metadata")])
def test_the_database_refuses_null(db, name):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_event(**{name: None})


def test_what_it_is_about_needs_not_be_there(db):
    assert make_event(family_id=4711, child_id=4712, entity_id=4713).pk


# What the model refuses


def test_an_event_is_saved_once(db):
    event = make_event()

    for again in (event, TrackingEvent.objects.get()):
        with pytest.raises(RefusedByDesign, match="append-only"):
            again.save()
        with pytest.raises(RefusedByDesign, match="append-only"):
            again.save(update_fields=["user"])


def test_an_event_is_not_saved_over_another(db):
    event = make_event()

    with pytest.raises(IntegrityError), transaction.atomic():
        make_event(pk=event.pk, sequence=2)


def test_an_event_is_neither_changed_nor_deleted(db):
    event = make_event()

    for attempt in (
        event.delete,
        TrackingEvent.objects.all().delete,
        TrackingEvent.objects.filter(pk=event.pk).delete,
        lambda: TrackingEvent.objects.update(delta=0),
        lambda: TrackingEvent.objects.filter(pk=event.pk).update(user=None),
        lambda: TrackingEvent.objects.bulk_update([event], ["delta"]),
        lambda: TrackingEvent.objects.update_or_create(pk=event.pk, defaults={"delta": 0}),
    ):
        with pytest.raises(RefusedByDesign, match="append-only"):
            attempt()
    assert TrackingEvent.objects.get().to_dict() == event.to_dict()


def test_an_event_is_not_upserted(db):
    event = make_event()

    with pytest.raises(IntegrityError), transaction.atomic():
        TrackingEvent.objects.bulk_create(
            [build_event(pk=event.pk, sequence=2)],
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=["sequence"],
        )


def test_the_newest_comes_first_and_the_order_is_total(db):
    later = MOMENT + timedelta(seconds=1)
    first = make_event(sequence=1)
    recorded_later = make_event(sequence=2, created_at=later)
    second_row = make_event(sequence=3)
    newest = make_event(sequence=4, occurred_at=later, created_at=later)

    assert list(TrackingEvent.objects.newest_first()) == [newest, recorded_later, second_row, first]
