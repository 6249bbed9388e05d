"""Acts that go on while `rebuild_audit_log` runs lose and double no line."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from threading import Event

import pytest
from django.db import connection, transaction

from children.services.activations import activate
from children.tests.factories import make_child, make_task
from tracking import audit_log
from tracking.tests.racing import PATIENCE, holding, race
from tracking.tests.rebuilding import acting, alone, files_in, ids, kept, rebuild
from tracking.tests.test_audit_log import events_of, trail
from tracking.tests.test_log_file import _who_waits, held, wait_for  # noqa: F401 - a fixture of all tests here

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def act(task, child, parent):
    """Return a function with which the parent acts."""
    return acting(task, child, parent)


@pytest.fixture
def log(parent):
    return audit_log.log_of(parent.pk)


@pytest.mark.parametrize("times", [1, 2, 3])
def test_an_act_whose_line_is_still_to_be_written_is_told_once(act, log, times):
    """However often the log is rebuilt meanwhile: a file system hands the number of an old file to a new one."""
    act()
    with transaction.atomic():
        transaction.on_commit(lambda: [rebuild() for _ in range(times)])  # before the line
        act()

    assert events_of(log) == trail()
    assert len(trail()) == 2


@pytest.mark.parametrize("acts", range(1, 5))
def test_also_if_the_log_is_rotated_after_that(act, log, settings, acts):
    settings.AUDIT_LOG_BYTES, settings.AUDIT_LOG_BACKUPS = 1000, 20
    act()
    act()
    with transaction.atomic():
        transaction.on_commit(lambda: (rebuild(), [act() for _ in range(acts)]))
        act()

    assert Counter(ids(kept(log))) == Counter(ids(trail()))


def test_the_first_act_of_a_user_is_told_once(act, log):
    with transaction.atomic():
        transaction.on_commit(lambda: rebuild())
        act()

    assert events_of(log) == trail()


def test_an_act_that_is_not_committed_yet_is_not_lost(act, log):
    act()
    with holding(act):
        assert rebuild() == 0
        assert len(events_of(log)) == 1

    assert events_of(log) == trail()
    assert len(trail()) == 2


@contextmanager
def meanwhile(do, *, read, before=False):
    """Do something right after, or before, the command reads the trail for a log; the second time it holds that log."""
    reads = []

    def watch(execute, sql, params, many, context):
        reads.extend([sql] if '"id" >= ' in sql else [])
        now = '"id" >= ' in sql and len(reads) == read
        if now and before:
            do()
        rows = execute(sql, params, many, context)
        if now and not before:
            do()
        return rows

    with connection.execute_wrapper(watch):
        yield
    assert len(reads) >= read


@pytest.mark.parametrize("before", [True, False])
def test_who_waits_for_the_log_while_it_is_replaced_tells_its_act_once(act, log, parent, before):
    act()

    def act_and_wait():
        acts.append(pool.submit(alone, act))
        wait_for(1)

    acts = []
    with ThreadPoolExecutor(1) as pool:
        with meanwhile(act_and_wait, read=2, before=before):
            assert rebuild("--user", str(parent.pk)) == 0
        acts[0].result()

    assert events_of(log) == trail()
    assert len(trail()) == 2


def test_an_act_that_is_told_in_the_old_log_after_the_draft_is_not_lost(act, log, parent):
    act()

    with ThreadPoolExecutor(1) as pool, meanwhile(lambda: pool.submit(alone, act).result(), read=1):
        assert rebuild("--user", str(parent.pk)) == 0

    assert events_of(log) == trail()
    assert len(trail()) == 2


@pytest.mark.postgresql
@pytest.mark.parametrize("earlier", [0, 2])
def test_also_not_if_its_id_is_lower_than_those_in_the_draft(act, strangers_task, strangers_child, earlier):
    """The system acts in two families, and the act that began first ends last."""
    for _ in range(earlier):
        act(by=None)
    with ExitStack() as stack:
        stack.enter_context(holding(lambda: activate(entity=strangers_task, child=strangers_child, by=None)))
        act(by=None)
        with meanwhile(stack.close, read=1):
            assert rebuild() == 0

    assert Counter(ids(events_of(audit_log.log_of(None)))) == Counter(ids(trail()))
    assert trail()[-2]["child_id"] == strangers_child.pk


def test_two_at_once_write_each_line_once(act, log, settings):
    for _ in range(5):
        act()

    with ThreadPoolExecutor(2) as pool:
        with held(log):
            first = pool.submit(alone, rebuild)
            wait_for(1)
            second = pool.submit(alone, rebuild)
            wait_for(2, or_until=second.done)
        first.result(), second.result()

    assert files_in(settings.LOG_DIR).keys() == {log.name}
    assert events_of(log) == trail()


@pytest.mark.parametrize("size", [2000, 10_000_000])
def test_while_it_runs_again_and_again_acts_go_on(family, parent, other_parent, settings, size):
    settings.AUDIT_LOG_BYTES, settings.AUDIT_LOG_BACKUPS = size, 200
    children = [make_child(family, name) for name in "abcd"]
    task, done = make_task(family), Event()

    def act_on(child, by):
        for _ in range(20):
            activate(entity=task, child=child, by=by)

    def go_on():
        while not done.is_set():
            assert rebuild() == 0

    with ThreadPoolExecutor(1) as pool:
        rebuilding = pool.submit(alone, go_on)
        try:
            actors = (parent, other_parent, parent, None)
            race(*[lambda child=child, by=by: act_on(child, by) for child, by in zip(children, actors, strict=True)])
        finally:
            done.set()
        rebuilding.result(PATIENCE)

    for user in (parent.pk, other_parent.pk, None):
        assert Counter(ids(kept(audit_log.log_of(user)))) == Counter(ids(trail(user_id=user)))
    assert len(trail()) == 80
    assert not [*settings.LOG_DIR.glob("draft_*")]
