"""The database gives up the transaction of an act while its event is written: the act must not seem done."""

from contextlib import contextmanager

import pytest
from django.db import connection

from children.models import Activation, IdempotencyKey
from tracking.models import TrackingEvent, UnrecordedEvent
from tracking.tests.faults.books import findings
from tracking.tests.racing import race
from tracking.tests.test_recording import run

pytestmark = pytest.mark.django_db(transaction=True)

TABLE = "tracking_trackingevent"


@contextmanager
def a_connection_that_is_cut():
    """PostgreSQL ends it between the act and the INSERT of its event, as when it is restarted."""

    def cut(execute, sql, *rest):
        if sql.startswith(f'INSERT INTO "{TABLE}"'):
            backend = connection.connection.info.backend_pid
            race(lambda: end(backend))
        return execute(sql, *rest)

    with connection.execute_wrapper(cut):
        yield
    connection.close()


def end(backend):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [backend])
        assert cursor.fetchone() == (True,)


@contextmanager
def a_transaction_that_is_rolled_back():
    """SQLite does so by itself, as when its disk is full."""
    run(f"CREATE TRIGGER broken BEFORE INSERT ON {TABLE} BEGIN SELECT RAISE(ROLLBACK, 'broken by hand'); END")
    try:
        yield
    finally:
        run("DROP TRIGGER broken")


def lost():
    return a_connection_that_is_cut() if connection.vendor == "postgresql" else a_transaction_that_is_rolled_back()


@pytest.mark.parametrize("headers", [{"Idempotency-Key": "tap"}, {}], ids=["with_a_key", "without_a_key"])
def test_the_act_is_not_done_and_can_be_asked_for_again(api, parent, task, child, settings, headers):
    client = api(parent)
    client.raise_request_exception = False

    def activate():
        return client.post(f"/api/v1/tasks/{task.pk}/activate/", {"child": child.pk}, headers=headers)

    with lost():
        answer = activate()

    child.refresh_from_db()
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (503, "unavailable")
    assert (child.points, child.sequence) == (0, 0)
    kept = (Activation, TrackingEvent, UnrecordedEvent, IdempotencyKey)
    assert [model.objects.count() for model in kept] == [0, 0, 0, 0]
    assert not (settings.LOG_DIR / "unrecorded.log").exists()

    again = activate()

    assert (again.status_code, again.headers.get("Idempotent-Replayed")) == (201, None)
    assert Activation.objects.count() == TrackingEvent.objects.count() == 1
    assert findings() == []
