from datetime import UTC, datetime, timedelta, timezone
from threading import Thread

from children import clock
from children.models import Family
from children.services.activations import activate, cancel_activation

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_now_is_utc_and_the_machines():
    before = datetime.now(UTC)

    now = clock.now()

    assert before <= now <= datetime.now(UTC)
    assert now.utcoffset() == timedelta(0)


def test_it_can_be_pretended_and_comes_back():
    with clock.pretend(NOON):
        assert clock.now() == NOON

    assert clock.now() > NOON


def test_what_is_pretended_becomes_utc():
    with clock.pretend(NOON.astimezone(timezone(timedelta(hours=5)))):
        assert clock.now().tzinfo is UTC


def test_it_is_pretended_in_this_thread_only():
    seen = []

    with clock.pretend(NOON):
        thread = Thread(target=lambda: seen.append(clock.now()))
        thread.start()
        thread.join()

    assert seen != [NOON]


def test_a_tick_is_kept_on_the_family(family):
    with clock.pretend(NOON):
        clock.tick(family)

    assert Family.objects.get().last_act_at == NOON


def test_acts_of_one_moment_follow_each_other(task, child, sibling, parent):
    with clock.pretend(NOON):
        first = activate(entity=task, child=child, by=parent)
        second = activate(entity=task, child=sibling, by=parent)

    assert (first.occurred_at, second.occurred_at) == (NOON, NOON + timedelta(microseconds=1))


def test_acts_follow_each_other_even_if_the_machines_clock_steps_back(task, child, parent):
    with clock.pretend(NOON):
        first = activate(entity=task, child=child, by=parent)
    with clock.pretend(NOON - timedelta(hours=1)):
        second = activate(entity=task, child=child, by=parent)
        undone = cancel_activation(activation=first, by=parent)

    assert first.occurred_at < second.occurred_at < undone.cancelled_at


def test_another_familys_clock_is_its_own(task, child, parent, strangers_task, strangers_child, stranger):
    with clock.pretend(NOON):
        activate(entity=task, child=child, by=parent)
    with clock.pretend(NOON - timedelta(hours=1)):
        theirs = activate(entity=strangers_task, child=strangers_child, by=stranger)

    assert theirs.occurred_at == NOON - timedelta(hours=1)
