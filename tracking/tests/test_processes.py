"""Stopping and starting a server under its streams, and what several processes need."""

import signal
import subprocess
import sys
from time import monotonic
from types import SimpleNamespace
from urllib.error import HTTPError

import pytest
from marshmallow import ValidationError

from chore_project.addresses import known_redis
from tracking.management.commands.serve import GRACE_SECONDS
from tracking.tests.faults.posting import post
from tracking.tests.faults.redis_servers import redis_server
from tracking.tests.installation import PATIENCE, installed
from tracking.tests.live import GUNICORN, PLAIN_UVICORN, SERVE, running
from tracking.tests.sse import CLEANLY, CUT_OFF, opened, streaming

pytestmark = pytest.mark.once

MANY = 20
NOBODY = "redis://127.0.0.1:1/0"


@pytest.fixture(scope="module")
def place(model_home, tmp_path_factory):
    """An installation with a family."""
    model, home = model_home
    with installed(tmp_path_factory.mktemp("processes") / "data", like=model) as installation:
        usual = installation.with_variables(CHORE_STREAM_KEEP_ALIVE="20")
        yield SimpleNamespace(installation=usual, home=home)


def act(server, home):
    answer = post(server.address, home.token, f"tasks/{home.task}/activate/", {"child": home.children[0]})
    assert answer.status == 201, answer


# Stopping it


@pytest.mark.parametrize("command", [PLAIN_UVICORN, SERVE], ids=["uvicorn", "serve"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_a_server_that_is_told_to_stop_ends_20_streams_cleanly_and_at_once(place, command, number):
    with running(place.installation, command) as server:
        with opened([(server.address, place.home.token)] * MANY) as clients:
            act(server, place.home)
            for client in clients:
                client.wait_for(1)

            begun = monotonic()
            server.process.send_signal(number)
            server.process.wait(PATIENCE)
            took = monotonic() - begun

            assert [client.wait_for_end() for client in clients] == [CLEANLY] * MANY
        assert took < GRACE_SECONDS  # well below 2 s where nobody else uses the machine
        assert "Traceback" not in server.log.read_text()


@pytest.mark.parametrize(("how", "end"), [("stop", CLEANLY), ("kill", CUT_OFF)])
def test_through_a_restart_each_event_comes_once(place, how, end):
    with running(place.installation) as server, streaming(server.address, place.home.token) as client:
        act(server, place.home)
        client.wait_for(1)

        getattr(server, how)()
        assert client.wait_for_end() == end
        client.leave()
        server.start()
        act(server, place.home)
        client.open()
        act(server, place.home)

        trail = server.ask("GET", "tracking/events/?limit=3", place.home.token)["results"][::-1]
        assert client.wait_for(3) == trail


# Several processes


@pytest.fixture(scope="module")
def redis(tmp_path_factory):
    with redis_server(tmp_path_factory.mktemp("redis")) as redis:
        yield redis


@pytest.fixture(scope="module")
def workers(place, redis):
    """Two of WSGI."""
    with running(place.installation.with_variables(REDIS_URL=redis.url, WEB_CONCURRENCY="2"), GUNICORN) as server:
        yield server


def check(installation, **variables):
    """Run `manage.py check`, and return how it ended and what it said."""
    environment = installation.with_variables(**variables).environment
    command = [sys.executable, "manage.py", "check"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("name", ["CHORE_PROCESSES", "WEB_CONCURRENCY"])
def test_several_processes_without_redis_are_refused(place, name):
    status, said = check(place.installation, **{name: "2"})

    assert status == 1
    assert "tracking.E001" in said


@pytest.mark.parametrize("more", [{"REDIS_URL": NOBODY}, {"CHORE_PROCESSES": "1"}])
def test_several_processes_with_redis_are_not_nor_is_one(place, more):
    """Whatever WEB_CONCURRENCY is for something else."""
    assert check(place.installation, WEB_CONCURRENCY="2", **more)[0] == 0


def test_acts_on_wsgi_workers_arrive_at_the_streams_of_an_asgi_process(place, redis, workers):
    streams = place.installation.with_variables(REDIS_URL=redis.url, CHORE_PROCESSES="3")
    with running(streams) as server, streaming(server.address, place.home.token) as client:
        redis.wait_for_listeners(1)

        for count in range(1, 6):
            act(workers, place.home)
            client.wait_for(count)

        trail = workers.ask("GET", "tracking/events/?limit=5", place.home.token)["results"][::-1]
        assert client.told == trail


def test_a_wsgi_worker_refuses_to_stream(place, workers):
    with pytest.raises(HTTPError) as refused:
        workers.ask("GET", "tracking/stream/", place.home.token)

    with refused.value as answer:
        assert (answer.status, b"cannot_stream" in answer.read()) == (503, True)


# The address of Redis


def test_a_junk_address_of_redis_stops_the_start_and_is_named(place):
    status, said = check(place.installation, REDIS_URL="redis://127.0.0.1:port/0")

    assert status == 1
    assert "REDIS_URL: Not an address of Redis" in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        "127.0.0.1:6379",
        "http://127.0.0.1:6379",
        "redis://127.0.0.1:port/0",
        "redis://127.0.0.1:99999/0",
        "redis://127.0.0.1/0?no_such_choice=1",
        "redis://127.0.0.1/?db=first",
        "redis://127.0.0.1/?max_connections=many",
        "redis://[::1/0",
    ],
)
def test_what_is_no_address_of_redis(url):
    with pytest.raises(ValidationError):
        known_redis(url)


@pytest.mark.parametrize(
    ("url", "where"),
    [
        ("redis://127.0.0.1:7000/2", {"host": "127.0.0.1", "port": 7000, "db": 2}),
        ("redis://who:secret@redis", {"host": "redis", "username": "who", "password": "secret"}),
        ("redis://redis/?socket_timeout=60&socket_connect_timeout=60", {"host": "redis"}),
        ("rediss://redis:6380", {"host": "redis", "port": 6380, "ssl": True}),
        ("unix:///run/redis.sock?db=1", {"unix_socket_path": "/run/redis.sock", "db": 1}),
    ],
)
def test_whatever_the_address_says_nobody_waits_for_redis(url, where):
    hasty = {"socket_timeout": 0.3, "socket_connect_timeout": 0.3, "retry": None}

    assert known_redis(url) == where | hasty
