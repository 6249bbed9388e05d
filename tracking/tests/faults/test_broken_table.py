"""The trail's table lacks a column, and at worst the table of unrecorded events is away too: acts go on, and nothing is lost."""

from contextlib import contextmanager
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from children import guards
from children.models import Activation
from tracking.models import TrackingEvent, UnrecordedEvent
from tracking.tests.faults.books import assert_contiguous, findings
from tracking.tests.test_recording import TABLE, nowhere_to_keep, run

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def a_column_away():
    rename_column("metadata", "metadata_away")
    try:
        yield
    finally:
        rename_column("metadata_away", "metadata")


def rename_column(old, new):
    guards.lift(connection)
    run(f"ALTER TABLE {TABLE} RENAME COLUMN {old} TO {new}")
    guards.install(connection)


@pytest.fixture
def act(api, parent, task, penalty, reward, child, sibling):
    """Return a function that does seven acts over the API: four for the child, three for its sibling."""
    client = api(parent)

    def post(path, body=None):
        answer = client.post(f"/api/v1/{path}/", body)
        assert answer.status_code in {200, 201}, answer.content
        return answer.json()

    def act():
        post(f"tasks/{task.pk}/activate", {"child": sibling.pk})
        for _ in range(2):
            post(f"tasks/{task.pk}/activate", {"child": child.pk})
        asked = post(f"rewards/{reward.pk}/request", {"child": child.pk})
        tapped = post(f"penalties/{penalty.pk}/activate", {"child": sibling.pk})
        post(f"activations/{tapped['id']}/cancel")
        post(f"reward-requests/{asked['id']}/redeem")

    return act


@pytest.fixture
def numbers(child, sibling):
    """Return a function that tells the children and sequences of the seven acts of a round, counted from 0."""

    def numbers(round_):
        return {(one.pk, round_ * n + number) for one, n in ((child, 4), (sibling, 3)) for number in range(1, n + 1)}

    return numbers


def replay(*arguments):
    printed = StringIO()
    call_command("replay_tracking", *arguments, stdout=printed)
    return printed.getvalue().strip()


def found(check):
    """The children and sequences of what is found, which must be of that kind all of it."""
    numbers = set()
    for finding in findings():
        assert finding["check"] == check, finding
        first = finding["sequence"]
        last = finding["last_sequence"] or first
        numbers |= {(finding["child_id"], number) for number in range(first, last + 1)}
    return numbers


def moments():
    """When each act occurred, by the activation."""
    return dict(Activation.objects.values_list("pk", "occurred_at"))


def assert_the_trail_is_whole(acts):
    events = TrackingEvent.objects.order_by("child_id", "sequence")
    assert events.count() == acts
    assert_contiguous(event.to_dict() for event in events)
    told = {e.metadata["activation_id"]: e.occurred_at for e in events.filter(action="activated")}
    assert told == moments()
    assert not UnrecordedEvent.objects.exists()
    assert findings() == []


def test_what_waits_is_named_and_can_be_replayed(act, numbers):
    act()
    with a_column_away():
        act()
    occurred = {(row.child_id, row.sequence): row.to_event().occurred_at for row in UnrecordedEvent.objects.all()}
    assert found("unrecorded") == numbers(1)
    act()
    assert found("unrecorded") == numbers(1)

    assert replay() == "7 recorded, 0 there already, 0 left."

    replayed = TrackingEvent.objects.filter(occurred_at__in=occurred.values())
    assert {(event.child_id, event.sequence): event.occurred_at for event in replayed} == occurred
    assert all(event.created_at > event.occurred_at for event in replayed)
    assert_the_trail_is_whole(21)
    assert replay() == "0 recorded, 0 there already, 0 left."


def test_with_two_faults_at_once_the_log_heals_it(act, numbers, settings):
    log = settings.LOG_DIR / "unrecorded.log"
    act()
    with a_column_away(), nowhere_to_keep():
        act()
    act()
    assert len(log.read_text().splitlines()) == 7
    assert found("gap") == numbers(1)

    assert replay() == "0 recorded, 0 there already, 0 left."
    assert found("gap") == numbers(1)

    assert replay("--from", str(log)) == "7 recorded, 0 there already, 0 left."
    assert_the_trail_is_whole(21)
    assert replay("--from", str(log)) == "0 recorded, 7 there already, 0 left."


def test_without_the_log_the_gap_goes_on_being_named(act, numbers, settings):
    log = settings.LOG_DIR / "unrecorded.log"
    with a_column_away(), nowhere_to_keep():
        act()
    log.unlink()

    assert replay() == "0 recorded, 0 there already, 0 left."
    with pytest.raises(CommandError, match="Cannot read"):
        replay("--from", str(log))

    assert found("gap") == numbers(0)
