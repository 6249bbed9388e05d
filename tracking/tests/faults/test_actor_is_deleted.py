"""The acting user's account is deleted in the midst of its act: before each of the statements that the act makes."""

from threading import Event

import pytest
from django.db import connection
from rest_framework.test import APIClient

from children.models import AuthToken, IdempotencyKey, User
from children.services.accounts import delete_user
from children.tests.factories import earn, make_child, make_user
from tracking.models import TrackingEvent, UnrecordedEvent
from tracking.tests.faults.books import findings
from tracking.tests.faults.notes import note
from tracking.tests.racing import race
from tracking.tests.test_concurrency import traces_of

pytestmark = pytest.mark.django_db(transaction=True)

STATEMENTS = 60  # more than any act makes
A_MOMENT = 0.05  # seconds in which the account is gone, or else whoever deletes it waits for the act


def a_parent(family, task, reward, name):
    child = make_child(family)
    return make_user(name, family=family), child, f"/api/v1/tasks/{task.pk}/activate/"


def a_child(family, task, reward, name):
    child = make_child(family, username=name)
    earn(child, 20)
    return child.login, child, f"/api/v1/rewards/{reward.pk}/request/"


def act_while_deleted(actor, child, path, *, key, before):
    """Delete the actor before the statement of that number. Returns the answer, None if there is no such statement."""
    client = APIClient(raise_request_exception=False)
    headers = {"Authorization": f"Bearer {AuthToken.objects.create(actor)[1]}"}
    if key is not None:
        headers["Idempotency-Key"] = key
    go, gone = Event(), Event()
    made = 0

    def pause(execute, *statement):
        nonlocal made
        made += 1
        if made == before:
            go.set()
            gone.wait(A_MOMENT)
        return execute(*statement)

    def act():
        with connection.execute_wrapper(pause):
            answer = client.post(path, {"child": child.pk}, headers=headers)
        go.set()
        return answer

    def delete():
        go.wait()
        delete_user(user=actor, by=None)
        gone.set()

    answer, _ = race(act, delete)
    return answer if made >= before else None


@pytest.mark.parametrize("key", ["tap", None], ids=["with_a_key", "without_a_key"])
@pytest.mark.parametrize("somebody", [a_parent, a_child])
def test_the_act_is_there_with_its_event_or_not_at_all(family, parent, task, reward, somebody, key):
    statuses = []
    for before in range(1, STATEMENTS):
        actor, child, path = somebody(family, task, reward, f"actor-{before}")
        actors_id, so_far = actor.pk, TrackingEvent.objects.filter(child_id=child.pk).count()

        answer = act_while_deleted(actor, child, path, key=key, before=before)

        if answer is None:
            break
        events = list(TrackingEvent.objects.filter(child_id=child.pk, sequence__gt=so_far))
        child.refresh_from_db()
        statuses.append(answer.status_code)
        assert (answer.status_code, len(events)) in {(201, 1), (401, 0)}, (before, answer.content)
        assert (child.sequence, [event.user_id for event in events]) == (so_far + len(events), [None] * len(events))
        assert not User.objects.filter(pk=actors_id).exists()
        assert traces_of(actors_id) == []
    note(f"before the statement: {statuses}")
    assert {*statuses} == {201, 401}
    assert len(statuses) < STATEMENTS - 1
    assert not IdempotencyKey.objects.exists()
    assert not UnrecordedEvent.objects.exists()
    assert findings() == []
