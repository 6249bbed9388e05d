"""The trail's list, from rows and by orjson: the bytes that instances, serializer and DRF's renderer would make."""

import json
import sys
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from rest_framework.renderers import JSONRenderer

from tracking.api.pagination import PlainRows
from tracking.api.renderers import TrailRenderer
from tracking.api.serializers import TrackingEventSerializer
from tracking.api.views import TrackingEventViewSet
from tracking.models import TrackingEvent
from tracking.tests.factories import build_event, make_event

EVENTS = "/api/v1/tracking/events/"

METADATA = [
    None,
    {},
    {"entity_name": "Müll 🗑 \u2028\u2029\x01\x1f\x7f\"\\/<>&'", "points": 10},
    {"deep": [[{"er": [None, True, False, -1, 0.5, 1e15, 123456789.123, []]}]], "": "", "ключ": "значение"},
    {"big": 2**64, "name": "Müll"},
    {"bigger": -(10**40)},
]
HALF = "\ud83d"

texts = st.text(st.characters(exclude_categories=["Cs"]))
values = st.recursive(
    st.none() | st.booleans() | st.integers() | texts, lambda inner: st.lists(inner) | st.dictionaries(texts, inner)
)
floats = st.floats(allow_nan=False, allow_infinity=False)


def plainly(data):
    return JSONRenderer().render(data)


def in_the_trail(db_metadata):
    for sequence, metadata in enumerate(db_metadata, start=1):
        make_event(sequence=sequence, metadata=metadata)


def test_the_trail_is_rendered_so():
    assert TrackingEventViewSet.renderer_classes[0] is TrailRenderer


def test_a_page_is_the_same_bytes_as_from_instances(admin, api):
    in_the_trail(METADATA)

    answer = api(admin).get(EVENTS)

    events = TrackingEventSerializer(TrackingEvent.objects.newest_first(), many=True).data
    assert answer.content == plainly({"count": len(METADATA), "next": None, "previous": None, "results": events})
    assert [event["metadata"] for event in reversed(answer.json()["results"])] == METADATA


MOMENTS = [
    datetime(2026, 3, 1, 23, 59, 59, 999999, tzinfo=UTC),
    datetime(2026, 3, 2, 0, 0, 0, 1, tzinfo=UTC),
    datetime(2026, 3, 2, 12, 0, 1, 120000, tzinfo=UTC),
    datetime(2026, 3, 3, tzinfo=UTC),
]


@pytest.mark.parametrize("moment", MOMENTS)
def test_the_database_writes_an_event_as_python_does(db, moment):
    event = make_event(occurred_at=moment, created_at=moment + timedelta(days=1))

    assert TrackingEvent.objects.plain() == [event.to_dict()]
    assert TrackingEventSerializer(TrackingEvent.objects.plain(), many=True).data == [event.to_dict()]


def test_a_page_is_the_rows_of_its_slice(db):
    in_the_trail(METADATA)

    rows = PlainRows(TrackingEvent.objects.newest_first())

    assert rows[:2] == rows[0:2] == [event.to_dict() for event in TrackingEvent.objects.newest_first()[:2]]


def test_no_instance_is_made_for_a_page(admin, api, monkeypatch):
    in_the_trail(METADATA)
    monkeypatch.setattr(TrackingEvent, "from_db", None)

    assert api(admin).get(EVENTS).json()["count"] == len(METADATA)


def test_one_event_is_the_same_bytes(admin, api):
    event = make_event(metadata=METADATA[2])

    answer = api(admin).get(f"{EVENTS}{event.pk}/")

    event.refresh_from_db()  # PostgreSQL has its own order of keys
    assert answer.content == plainly(event.to_dict())


def test_an_error_is_the_same_bytes(admin, api):
    answer = api(admin).get(EVENTS, {"limit": "Müll"})

    assert answer.status_code == 400
    assert answer.content == plainly(answer.json())


def test_who_asks_for_indents_gets_them(admin, api):
    make_event(metadata=METADATA[2])

    answer = api(admin).get(EVENTS, headers={"accept": "application/json; indent=4"})

    assert answer.content == JSONRenderer().render(answer.json(), "application/json; indent=4")


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(values)
@example({"": 2**63 - 1})
@example(-(2**63))
@example(2**64 - 1)
@example("".join(map(chr, range(0xD800))))
@example("".join(map(chr, range(0xE000, sys.maxunicode + 1, 7))))
def test_any_json_is_the_same_bytes(data):
    assert TrailRenderer().render(data) == plainly(data)


@settings(deadline=None)
@given(floats)
@example(1e16)
@example(1e-5)
def test_a_float_is_the_same_number_and_without_an_exponent_the_same_bytes(number):
    rendered = TrailRenderer().render([number])

    assert json.loads(rendered) == [number]
    assert rendered == plainly([number]) or b"e" in plainly([number])


@pytest.mark.parametrize("nested", [255, 900])
def test_what_is_deeply_nested_is_the_same_bytes(nested):
    data = json.loads("[" * nested + "]" * nested)

    assert TrailRenderer().render(data) == plainly(data)


def test_half_a_surrogate_pair_is_escaped():
    data = {"entity_name": f"Müll {HALF}", "points": 10}

    rendered = TrailRenderer().render(data)

    assert json.loads(rendered) == data
    assert rendered.isascii()


def test_other_things_are_rendered_as_drf_does():
    moment = build_event().occurred_at

    assert TrailRenderer().render({"moment": moment}) == plainly({"moment": moment})
    assert TrailRenderer().render(None) == b""
