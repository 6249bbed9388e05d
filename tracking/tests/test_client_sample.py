"""One sample of an event is what the model, the serializer, the schema and the TypeScript client say it is (`tracking/client/tests/types.test.ts`)."""

import json
from pathlib import Path

import pytest
from django.conf import settings

from tracking.api.serializers import TrackingEventSerializer
from tracking.models import TrackingEvent

CLIENT = Path(settings.BASE_DIR, "tracking", "client")
pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def sample():
    return json.loads((CLIENT / "sample_event.json").read_text())


def test_the_model_takes_it_and_gives_it_back(sample):
    assert TrackingEvent.from_dict(sample).to_dict() == sample


def test_it_has_the_fields_of_the_model_and_of_the_serializer(sample):
    assert list(sample) == [field.attname for field in TrackingEvent._meta.concrete_fields]
    assert set(sample) == set(TrackingEventSerializer().fields)


def test_it_is_the_example_of_the_schema(sample, client, db):
    component = client.get("/api/v1/schema/", headers={"Accept": "application/json"}).json()["components"]["schemas"][
        "TrackingEvent"
    ]

    assert TrackingEventSerializer.example == sample
    assert set(component["properties"]) == set(component["required"]) == set(sample)
