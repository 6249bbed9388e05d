"""The machine's clock steps back an hour, and later forward again."""

from datetime import timedelta

import pytest

from children import clock
from tracking.models import TrackingEvent
from tracking.tests.faults.books import findings

pytestmark = pytest.mark.django_db(transaction=True)

HOUR = timedelta(hours=1)


@pytest.fixture
def activate(api, parent, task, child):
    client = api(parent)

    def activate(key):
        return client.post(f"/api/v1/tasks/{task.pk}/activate/", {"child": child.pk}, headers={"Idempotency-Key": key})

    return activate


def moments():
    return list(TrackingEvent.objects.order_by("sequence").values_list("occurred_at", flat=True))


def test_the_trail_goes_strictly_forward(activate):
    start = clock.now()
    with clock.pretend(start):
        activate("one")

    with clock.pretend(start - HOUR):
        answers = [activate(key) for key in ("two", "three")]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert moments() == [start, start + timedelta(microseconds=1), start + timedelta(microseconds=2)]
    assert all(event.created_at >= event.occurred_at for event in TrackingEvent.objects.all())
    assert findings() == []


def test_it_follows_the_clock_again_once_that_has_caught_up(activate):
    later = clock.now() + HOUR
    activate("one")
    with clock.pretend(clock.now() - HOUR):
        activate("two")

    with clock.pretend(later):
        activate("three")

    assert moments()[-1] == later
    assert findings() == []


def test_a_key_of_before_and_one_of_after_are_both_known(activate):
    first = activate("before")

    with clock.pretend(clock.now() - HOUR):
        second = activate("after")
        again = [activate("before"), activate("after")]
    again += [activate("before"), activate("after")]

    assert [answer.content for answer in again] == [first.content, second.content] * 2
    assert {answer.headers["Idempotent-Replayed"] for answer in again} == {"true"}
    assert len(moments()) == 2


def test_readiness_says_so_until_the_clock_has_caught_up(activate, client):
    activate("one")

    with clock.pretend(clock.now() - HOUR):
        behind = client.get("/readyz")
    caught_up = client.get("/readyz")

    assert (behind.status_code, behind.json()["checks"]["clock"]) == (503, "behind the last act")
    assert (caught_up.status_code, caught_up.json()["checks"]["clock"]) == (200, "ok")
