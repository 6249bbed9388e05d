"""The statements of each act, in their order, each with its purpose: as few as the rules allow.

`LOCK` is a SELECT ... FOR NO KEY UPDATE; on SQLite, where BEGIN is the lock, a plain SELECT.
"""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from children.models import Activation
from children.services.activations import activate, cancel_activation
from children.tests.factories import earn
from rewards.models import RewardRequest
from rewards.services.requests import cancel_request, redeem_request, redeem_reward, refund_request, request_reward
from rewards.services.rewards import archive_reward
from tracking.models import TrackingEvent

pytestmark = pytest.mark.django_db(transaction=True)

BEGIN = [("BEGIN", "the act and its event are there together, or not at all; on SQLite also the lock")]
LOCKS = [
    ("LOCK children_family", "acts of a family follow one another; its clock and its floor"),
    ("LOCK children_child", "the balance as it is now, of a child that is still there"),
    ("LOCK children_user", "who acts is still there and in the family, as what, and stays till the end"),
]
PENDING = [("SELECT rewards_rewardrequest", "at most one is pending per child and reward")]
REWARD = [("SELECT rewards_reward", "read again: what it costs now, and that it was not archived"), *PENDING]
REQUEST = [("SELECT rewards_rewardrequest", "read again, with the reward's name: its state decides")]
POINTS = [
    ("UPDATE children_family", "the clock: its last act, before which the next cannot be"),
    ("UPDATE children_child", "points, what is reserved, and the next sequence, which the guard asks for"),
]
ASKED = [("INSERT rewards_rewardrequest", "that it was asked for, or given")]
SETTLED = [("UPDATE rewards_rewardrequest", "what became of it")]
EVENT = [
    ("SAVEPOINT", "if the event cannot be written the act goes on"),
    ("INSERT tracking_trackingevent", "the event, with nobody as its user if that one is gone"),
    ("RELEASE", "the end of its savepoint"),
]
COMMIT = [("COMMIT", "what is told outside comes after it, without a statement")]

APPLYING = [
    *BEGIN,
    *LOCKS,
    ("SELECT children_{kind}", "read again: what it is worth now, and that it was not archived"),
    *POINTS,
    ("INSERT children_activation", "that it was applied"),
    *EVENT,
    *COMMIT,
]
UNDOING = [
    *BEGIN,
    *LOCKS,
    ("SELECT children_activation", "read again: whether it was undone, and how much it really changed"),
    ("SELECT children_{kind}", "its name, for the event"),
    *POINTS,
    ("UPDATE children_activation", "when it was undone"),
    *EVENT,
    *COMMIT,
]
UNDOING_AGAIN = [*BEGIN, *LOCKS, ("SELECT children_activation", "read again: it was undone"), *COMMIT]
ASKING = [*BEGIN, *LOCKS, *REWARD, *POINTS, *ASKED, *EVENT, *COMMIT]
ASKING_AGAIN = [*BEGIN, *LOCKS, *REWARD, *COMMIT]
GIVING = ASKING
GIVING_WHAT_IS_PENDING = [*BEGIN, *LOCKS, *REWARD, *POINTS, *SETTLED, *EVENT, *COMMIT]
SETTLING = [*BEGIN, *LOCKS, *REQUEST, *POINTS, *SETTLED, *EVENT, *COMMIT]
ARCHIVING = [
    *BEGIN,
    LOCKS[0],
    ("SELECT rewards_rewardrequest", "which are pending, and whose: those children are locked"),
    *LOCKS[1:],
    ("SELECT rewards_reward", "read again: that it was not archived"),
    *POINTS,
    *SETTLED,
    *EVENT,
    ("UPDATE rewards_reward", "when it was archived"),
    *COMMIT,
]


def statements_of(act):
    with CaptureQueriesContext(connection) as captured:
        act()
    return [in_short(query["sql"]) for query in captured]


def in_short(sql):
    verb = re.match(r"\w+", sql)[0]
    if verb in ("BEGIN", "SAVEPOINT", "RELEASE", "COMMIT"):
        return verb
    table = re.search(r'(?:FROM|INTO|UPDATE) "?(\w+)', sql)[1]
    return f"{'LOCK' if 'FOR NO KEY UPDATE' in sql else verb} {table}"


def expected(act, **names):
    lock = "LOCK" if connection.vendor == "postgresql" else "SELECT"
    return [statement.replace("LOCK", lock).format(**names) for statement, _purpose in act]


def found(row):
    """As a view finds it."""
    return type(row).objects.select_related("child").get(pk=row.pk)


@pytest.fixture
def rich(child):
    earn(child, 100)
    return child


@pytest.fixture
def pending(reward, rich, child_user):
    return request_reward(reward=reward, child=rich, by=child_user)[0]


@pytest.mark.parametrize("kind", ["task", "penalty"])
def test_applying_and_undoing(request, kind, child, parent):
    entity = request.getfixturevalue(kind)

    assert statements_of(lambda: activate(entity=entity, child=child, by=parent)) == expected(APPLYING, kind=kind)

    activation = found(Activation.objects.get())
    assert statements_of(lambda: cancel_activation(activation=activation, by=parent)) == expected(UNDOING, kind=kind)
    assert statements_of(lambda: cancel_activation(activation=activation, by=parent)) == expected(UNDOING_AGAIN)
    assert TrackingEvent.objects.count() == 2


def test_asking(reward, rich, child_user):
    assert statements_of(lambda: request_reward(reward=reward, child=rich, by=child_user)) == expected(ASKING)
    assert statements_of(lambda: request_reward(reward=reward, child=rich, by=child_user)) == expected(ASKING_AGAIN)


def test_giving_directly(reward, rich, parent):
    assert statements_of(lambda: redeem_reward(reward=reward, child=rich, by=parent)) == expected(GIVING)


def test_giving_what_is_pending(pending, reward, rich, parent):
    statements = statements_of(lambda: redeem_reward(reward=reward, child=rich, by=parent))

    assert statements == expected(GIVING_WHAT_IS_PENDING)


@pytest.mark.parametrize("settle", [redeem_request, cancel_request])
def test_settling(settle, pending, parent):
    assert statements_of(lambda: settle(request=found(pending), by=parent))[1:] == expected(SETTLING)


def test_refunding(reward, rich, parent):
    given, _ = redeem_reward(reward=reward, child=rich, by=parent)

    assert statements_of(lambda: refund_request(request=found(given), by=parent))[1:] == expected(SETTLING)


def test_archiving_what_somebody_waits_for(pending, reward, parent):
    assert statements_of(lambda: archive_reward(reward=reward, by=parent)) == expected(ARCHIVING)
    assert RewardRequest.objects.get().status == "cancelled"


def test_what_nobody_does_locks_nobody(task, child):
    statements = statements_of(lambda: activate(entity=task, child=child, by=None))

    assert statements == [one for one in expected(APPLYING, kind="task") if "children_user" not in one]


def test_undoing_by_the_api_reads_the_child_with_the_activation(api, task, child, parent):
    path = f"/api/v1/activations/{activate(entity=task, child=child, by=parent).pk}/cancel/"

    assert times_read("children_child", lambda: api(parent).post(path)) == 2  # whether it is who asks, and its lock


@pytest.mark.parametrize("settle", ["redeem", "cancel"])
def test_settling_by_the_api_reads_the_child_with_the_request(api, pending, parent, settle):
    path = f"/api/v1/reward-requests/{pending.pk}/{settle}/"

    assert times_read("children_child", lambda: api(parent).post(path)) == 2  # whether it is who asks, and its lock


def times_read(table, act):
    """Of itself, not beside another that was read with it."""
    return len([one for one in statements_of(act) if one in (f"SELECT {table}", f"LOCK {table}")])
