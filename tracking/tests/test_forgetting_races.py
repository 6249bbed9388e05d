"""A user is forgotten while it acts, while others act, and by two at once: no act fails, and the trail is proved at every moment."""

import io
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import chain
from threading import Event

import pytest
from django.core.management import call_command
from django.db import connection

from children.errors import ActorGone
from children.models import Activation, User
from children.services.accounts import delete_user
from children.services.activations import activate, cancel_activation
from children.tests.factories import earn
from rewards.services.requests import cancel_request, redeem_reward, refund_request, request_reward
from tracking import audit_log
from tracking.models import TrackingEvent
from tracking.services import forgetting
from tracking.services.forgetting import count_acts, forget
from tracking.tests.faults.books import findings
from tracking.tests.racing import PATIENCE, race
from tracking.tests.rebuilding import alone, ids, kept
from tracking.tests.test_audit_log import trail
from tracking.tests.test_concurrency import traces_of
from tracking.traces.identity import Identity

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = pytest.mark.parametrize("round_", range(3))
CHUNK = 2
A_BREATH = 0.05  # seconds, of who acts again and again


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch):
    monkeypatch.setattr(forgetting, "CHUNK", CHUNK)


@pytest.fixture
def acts(task, reward):
    """Return a function that does each kind of act once, for a child that can afford it, by somebody."""

    def act(child, by):
        cancel_activation(activation=activate(entity=task, child=child, by=by), by=by)
        activate(entity=task, child=child, by=by)
        cancel_request(request=request_reward(reward=reward, child=child, by=by)[0], by=by)
        refund_request(request=redeem_reward(reward=reward, child=child, by=by)[0], by=by)

    return act


@pytest.fixture
def rich(child, sibling):
    for each in (child, sibling):
        earn(each, 1000)
    return [child, sibling]


def forget_now(user, progress=lambda count: None):
    return forget(Identity.of(user), progress=progress)


def anonymize(user_id, *options):
    """Return what the command printed; it fails if traces were found."""
    printed = io.StringIO()
    call_command("anonymize_user", str(user_id), "--no-input", *options, stdout=printed)
    return printed.getvalue()


def everything_is_proved():
    """The trail, and that each of its events is one line of the logs."""
    assert findings() == []
    told = chain.from_iterable(kept(log) for log in audit_log.log_of(None).parent.glob("*.log"))
    assert Counter(ids(told)) == Counter(ids(trail()))
    assert audit_log.failures.count == 0


def is_forgotten(user_id):
    return (
        count_acts(user_id).total() == 0
        and traces_of(user_id) == []
        and user_id not in audit_log.users_with_log()
        and not any(event["user_id"] == user_id for event in kept(audit_log.log_named("anonymized")))
    )


@contextmanager
def again_and_again(*acts):
    """Have each done by a thread of its own until the block ends; it begins when each was done once. Any error is raised."""
    done, begun = Event(), [Event() for _ in acts]

    def go_on(act, has_begun):
        try:
            while not done.is_set():
                act()
                has_begun.set()
                done.wait(A_BREATH)
        finally:
            has_begun.set()

    with ThreadPoolExecutor(len(acts)) as pool:
        threads = [pool.submit(alone, lambda pair=pair: go_on(*pair)) for pair in zip(acts, begun, strict=True)]
        try:
            assert all(has_begun.wait(PATIENCE) for has_begun in begun)
            yield
        finally:
            done.set()
        for thread in threads:
            thread.result(PATIENCE)


def prove_the_trail():
    assert findings() == []


# While the user acts


def test_a_user_who_acts_in_two_threads_is_forgotten_when_it_stops(acts, rich, parent, monkeypatch):
    monkeypatch.setattr(forgetting, "CHUNK", 20)
    for child in rich * 2:
        acts(child, parent)

    with again_and_again(*[lambda child=child: acts(child, parent) for child in rich], prove_the_trail):
        forgotten = forget_now(parent)

    assert forgotten["events"] > 2 * 2 * 7
    everything_is_proved()
    forget_now(parent)
    assert is_forgotten_but_for_the_account(parent)
    assert forget_now(parent).total() == 0
    everything_is_proved()


def is_forgotten_but_for_the_account(user):
    return count_acts(user.pk).total() == 0 and user.pk not in audit_log.users_with_log()


def test_a_user_who_acts_in_two_threads_is_refused_once_it_is_deleted(acts, rich, parent, other_parent, monkeypatch):
    monkeypatch.setattr(forgetting, "CHUNK", 20)

    def act_until_refused(child):
        while not over.is_set():
            acts(child, parent)
            over.wait(A_BREATH)

    def go():
        try:
            return anonymize(parents_id, "--delete")
        finally:
            over.set()

    for child in rich:
        acts(child, parent)
    parents_id, over = parent.pk, Event()

    *refusals, printed = race(*[lambda child=child: act_until_refused(child) for child in rich], go)

    assert [type(refusal) for refusal in refusals] == [ActorGone, ActorGone]
    assert "no trace" in printed
    assert is_forgotten(parents_id)
    everything_is_proved()


def test_what_it_did_last_meanwhile_is_forgotten_too(task, child, parent):
    def act_once(count):
        chunks.extend([count] if count else [])
        if count and len(chunks) == 2:  # of the event, and of the activation
            activate(entity=task, child=child, by=parent)

    chunks = []
    activate(entity=task, child=child, by=parent)

    forget_now(parent, progress=act_once)

    assert chunks == [1, 1, 1, 1]
    assert is_forgotten_but_for_the_account(parent)
    everything_is_proved()


def test_a_user_who_acts_as_fast_as_it_is_forgotten_is_not_chased_for_ever(task, child, parent, monkeypatch):
    def act_twice(count):
        chunks.append(count)
        assert len(chunks) < 100
        for _ in range(CHUNK):
            activate(entity=task, child=child, by=parent)

    monkeypatch.setattr(forgetting, "ROUNDS", 3)
    chunks = []
    activate(entity=task, child=child, by=parent)

    forget_now(parent, progress=act_twice)

    everything_is_proved()


@contextmanager
def before(statement, do):
    """Do something right before the first such statement."""
    done = []

    def watch(execute, sql, params, many, context):
        if statement in sql and not done:
            done.append(sql)
            do()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield
    assert done


SELECT = 'FROM "children_activation" INNER JOIN'


def test_what_is_done_when_all_earlier_events_are_forgotten_is_forgotten_with_its_event(task, child, parent):
    activate(entity=task, child=child, by=parent)
    seen = []

    with before(SELECT, lambda: activate(entity=task, child=child, by=parent)):
        forget_now(parent, progress=lambda count: seen.extend(findings()))

    assert seen == []
    assert TrackingEvent.objects.filter(user=None).count() == Activation.objects.filter(by=None).count() == 2
    everything_is_proved()


def test_the_trail_is_proved_after_each_chunk(acts, rich, parent):
    for child in rich:
        acts(child, parent)
    seen = []

    forget_now(parent, progress=lambda count: seen.append(findings()))

    assert len(seen) > 10
    assert not any(seen)


def test_no_chunk_is_larger_than_it_may_be_and_each_has_a_transaction_of_its_own(acts, rich, parent):
    for child in rich:
        acts(child, parent)
    expected, chunks = count_acts(parent.pk), []

    def note(count):
        chunks.append((count, connection.in_atomic_block))

    with rows_updated() as updated:
        forgotten = forget_now(parent, progress=note)

    assert {kind: forgotten[kind] for kind in expected} == expected
    assert sum(count for count, _ in chunks) == expected.total()
    assert all(count <= CHUNK and not in_transaction for count, in_transaction in chunks)
    assert max(updated) == CHUNK


@contextmanager
def rows_updated():
    """Yield the list to which it is added how many rows each UPDATE changed."""
    counts = []

    def watch(execute, sql, params, many, context):
        outcome = execute(sql, params, many, context)
        if sql.startswith("UPDATE"):
            counts.append(context["cursor"].rowcount)
        return outcome

    with connection.execute_wrapper(watch):
        yield counts


# While others do


@ROUNDS
@pytest.mark.parametrize("options", [(), ("--delete",)])
def test_by_two_at_once(acts, rich, parent, other_parent, options, round_):
    for child in rich:
        acts(child, parent)
    parents_id = parent.pk

    printed = race(*[lambda: anonymize(parents_id, *options)] * 2)

    assert all("no trace" in text for text in printed)
    assert count_acts(parents_id).total() == 0
    assert User.objects.filter(pk=parents_id).exists() == (not options)
    everything_is_proved()


@pytest.mark.postgresql
def test_another_family_does_not_wait_for_a_chunk(task, child, parent, strangers_task, strangers_child, stranger):
    def act_elsewhere():
        with ThreadPoolExecutor(1) as pool:
            pool.submit(alone, act_without_waiting).result()

    def act_without_waiting():
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '1s'")
            try:
                activate(entity=strangers_task, child=strangers_child, by=stranger)
            finally:
                cursor.execute("RESET lock_timeout")  # the connection goes back to its pool

    activate(entity=task, child=child, by=parent)

    for statement in ('UPDATE "tracking_trackingevent"', 'UPDATE "children_activation"'):
        activate(entity=task, child=child, by=parent)
        with before(statement, act_elsewhere):
            forget_now(parent)

    assert len(trail(child_id=strangers_child.pk)) == 2


@pytest.mark.parametrize("go", [forget_now, lambda user: delete_user(user=user, by=None)], ids=["forget", "delete"])
def test_families_in_which_it_acted_go_on(
    acts, rich, parent, other_parent, child_user, admin, task, strangers_task, strangers_child, stranger, reward, go
):
    """Nobody waits for somebody who waits for them."""
    child, sibling = rich
    for _ in range(5):
        acts(sibling, admin)
        activate(entity=strangers_task, child=strangers_child, by=admin)
    undone = iter(Activation.objects.filter(by=admin, cancelled_at=None).order_by("pk"))
    admins_id = admin.pk

    def ask():
        cancel_request(request=request_reward(reward=reward, child=child, by=child_user)[0], by=child_user)

    def undo():
        for activation in undone:
            cancel_activation(activation=activation, by=None)

    with again_and_again(
        lambda: acts(sibling, parent),
        ask,
        undo,
        lambda: activate(entity=strangers_task, child=strangers_child, by=stranger),
    ):
        go(admin)

    assert count_acts(admins_id).total() == 0
    everything_is_proved()


@ROUNDS
def test_its_account_is_deleted_meanwhile_by_another_door(
    acts, rich, parent, admin, strangers_task, strangers_child, round_, monkeypatch
):
    monkeypatch.setattr(forgetting, "CHUNK", 20)
    for _ in range(10):
        acts(rich[1], admin)
        activate(entity=strangers_task, child=strangers_child, by=admin)
    admins_id = admin.pk

    race(lambda: forget_now(admin), lambda: delete_user(user=admin, by=None))

    assert is_forgotten(admins_id)
    everything_is_proved()
