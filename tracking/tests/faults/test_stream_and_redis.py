"""Two servers that Redis joins, and Redis stopped, frozen and restarted: acts do not wait for it, and no stream misses anything."""

import json
import urllib.error
import urllib.request
from collections import Counter, defaultdict
from contextlib import contextmanager
from itertools import cycle
from statistics import median
from threading import Event, Thread
from time import monotonic

import pytest

from tracking.tests.faults.books import SCRIPT
from tracking.tests.faults.notes import note
from tracking.tests.faults.posting import post
from tracking.tests.faults.redis_servers import RedisServer, redis_server
from tracking.tests.installation import PATIENCE
from tracking.tests.live import running, wait_until
from tracking.tests.sse import NOTHING, amiss, opened, restless, streaming

pytestmark = pytest.mark.postgresql  # where there are several processes

PROMPT = 5  # seconds; a stream that nothing wakes looks after 20
ACTS = 8  # at least, in each state of Redis
LONGER = 0.5  # seconds that an act may take for a Redis that is not well
HICCUP = 3  # seconds more for one act, which the machine may have kept waiting
NOT_HEARD = "Redis is not heard"
USUAL = "usual"

JUNK = [
    b"junk",
    b"\xff\xfe\x00",
    b"",
    b"[]",
    b"null",
    b'"channel"',
    b"{}",
    b'{"channel": []}',
    b'{"channel": {"family": 1}}',
    b'{"channel": null}',
    b'{"channel": "family-x"}',
    b'{"channel": "nobody"}',
    b"[" * 100_000,
    b"1" * 10_000,
]


@pytest.fixture
def redis(tmp_path):
    with redis_server(tmp_path / "redis") as redis:
        yield redis


@pytest.fixture
def joined(installation, redis):
    """The installation, its processes joined."""
    return installation.with_variables(REDIS_URL=redis.url, CHORE_STREAM_KEEP_ALIVE="20", CHORE_PROCESSES="2")


@pytest.fixture
def servers(joined):
    with running(joined) as one, running(joined) as other:
        yield one, other


def act(server, home):
    answer = post(server.address, home.token, f"tasks/{home.task}/activate/", {"child": home.children[0]})
    assert answer.status == 201, answer


def assert_the_bell_rings(home, servers, clients, redis):
    """An act in either process arrives at once at the streams of both."""
    redis.wait_for_listeners(len(servers))
    for server in servers:
        counts = [len(client.created) for client in clients]
        act(server, home)
        for client, count in zip(clients, counts, strict=True):
            client.wait_for(count + 1, PROMPT)


# While Redis is well


def test_an_act_in_one_process_arrives_at_the_streams_of_the_other(home, servers, redis):
    one, other = servers
    with streaming(one.address, home.token) as here, streaming(other.address, home.token) as there:
        for _ in range(3):
            assert_the_bell_rings(home, servers, [here, there], redis)

        assert here.ids == there.ids == [1, 2, 3, 4, 5, 6]


def test_a_message_that_is_not_ours_makes_no_process_deaf(home, servers, redis):
    one, other = servers
    with streaming(one.address, home.token) as here, streaming(other.address, home.token) as there:
        redis.wait_for_listeners(2)

        for junk in JUNK:
            redis.publish(junk)
            assert_the_bell_rings(home, servers, [here, there], redis)

        assert here.ids == there.ids == [*range(1, 2 * len(JUNK) + 1)]


# While it is not


class Tapper:
    """A parent who taps on, in the processes in turn."""

    def __init__(self, home, servers):
        self.home, self.servers = home, cycle(servers)
        self.state, self.took, self.statuses = USUAL, defaultdict(list), Counter()

    @contextmanager
    def tapping(self):
        end = Event()
        thread = Thread(target=self._tap_on, args=[end])
        thread.start()
        try:
            yield
        finally:
            end.set()
            thread.join()

    def go_through(self, state, until=lambda: True):
        """Wait until it has acted often enough in that state, and something else is true."""
        self.state, before = state, len(self.took[state])
        wait_until(lambda: len(self.took[state]) >= before + ACTS and until(), state)

    def _tap_on(self, end):
        while not end.wait(0.02):
            body, state, begun = {"child": self.home.children[0]}, self.state, monotonic()
            answer = post(next(self.servers).address, self.home.token, f"tasks/{self.home.task}/activate/", body)
            self.took[state].append(monotonic() - begun)
            self.statuses[answer.status] += 1


OUTAGES = [
    ("stopped", RedisServer.stop, RedisServer.start),
    ("frozen", RedisServer.freeze, RedisServer.thaw),
    ("restarted", RedisServer.restart, lambda redis: None),
]


def test_redis_stops_freezes_and_restarts_in_the_middle_of_acts(installation, home, servers, redis):
    tapper, addresses = Tapper(home, servers), [server.address for server in servers]
    with opened([(address, home.token) for address in addresses * 2]) as clients:
        staying, visiting = clients[:2], clients[2:]
        with restless(visiting):
            for state, breaks, mend in OUTAGES:
                with tapper.tapping():
                    tapper.go_through(USUAL)
                    noticed = have_noticed(servers)
                    breaks(redis)
                    tapper.go_through(state, until=noticed)
                    mend(redis)
                    tapper.go_through(f"after it was {state}")
                for server in servers:
                    wait_until(lambda server=server: is_published(home, server, redis), "a process that publishes")
                assert_the_bell_rings(home, servers, staying, redis)

        trail = installation.tell(SCRIPT)["events"]
        for client in clients:
            client.wait_for(len(trail))

    assert tapper.statuses.keys() == {201}
    assert_nobody_waited(tapper.took)
    assert [amiss(client, trail) for client in clients] == [NOTHING] * 4
    assert not any("Traceback" in server.log.read_text() for server in servers)


def is_published(home, server, redis):
    """Whether an act there is told to Redis: it may be left alone for a moment after it has failed."""
    before = redis.publications()
    act(server, home)
    return redis.publications() > before


def have_noticed(servers):
    """Whether each process says from now on that it does not hear Redis. A frozen one takes a while: it might be just silent."""
    lengths = [server.log.stat().st_size for server in servers]
    return lambda: all(
        NOT_HEARD in server.log.read_text()[length:] for server, length in zip(servers, lengths, strict=True)
    )


def assert_nobody_waited(took):
    """Medians are compared, which one slow moment of the machine does not move; and no single act may take much longer."""
    usual = median(took.pop(USUAL))
    for state, seconds in took.items():
        note(f"{state}: {median(seconds):.3f} s, at most {max(seconds):.3f} s, usually {usual:.3f} s")
        assert median(seconds) - usual <= LONGER, (state, seconds)
        assert max(seconds) - usual <= LONGER + HICCUP, (state, seconds)


def test_an_act_arrives_in_its_own_process_before_anybody_has_noticed_that_redis_is_frozen(joined, home, redis):
    with running(joined) as server, streaming(server.address, home.token) as client:
        assert_the_bell_rings(home, [server], [client], redis)  # it was heard just now, and is believed for a while

        redis.freeze()
        act(server, home)

        client.wait_for(2)
        assert NOT_HEARD not in server.log.read_text()


def test_an_act_right_after_redis_was_away_arrives_in_the_other_process_too(home, servers, redis):
    """Which has not noticed, and listens on."""
    one, other = servers
    with streaming(one.address, home.token) as here, streaming(other.address, home.token) as there:
        assert_the_bell_rings(home, servers, [here, there], redis)

        redis.freeze()
        act(one, home)
        redis.thaw()
        there.wait_for(3)
        act(one, home)

        there.wait_for(4)
        assert here.ids == there.ids == [1, 2, 3, 4]
        assert NOT_HEARD not in other.log.read_text()


def test_servers_that_start_before_redis_are_joined_once_it_is_there(joined, home, redis):
    redis.stop()
    with (
        running(joined) as one,
        running(joined) as other,
        streaming(one.address, home.token) as here,
        streaming(other.address, home.token) as there,
    ):
        act(one, home)
        for client in (here, there):
            client.wait_for(1)

        redis.start()

        assert_the_bell_rings(home, [one, other], [here, there], redis)
        assert here.ids == there.ids == [1, 2, 3]


def test_readiness_tells_of_redis(joined, redis):
    with running(joined) as server:
        states = [readiness(server)]
        redis.freeze()
        states += [readiness(server)]
        redis.stop()
        states += [readiness(server)]
        redis.start()
        states += [readiness(server)]

    assert states == [
        (200, "ready", "ok"),
        (503, "not ready", "TimeoutError"),
        (503, "not ready", "ConnectionError"),
        (200, "ready", "ok"),
    ]


def readiness(server):
    try:
        answer = urllib.request.urlopen(f"{server.address}/readyz", timeout=PATIENCE)
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        told = json.load(answer)
        return answer.status, told["status"], told["checks"]["redis"]
