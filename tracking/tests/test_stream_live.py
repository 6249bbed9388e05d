"""The stream as its clients see it, from real servers: what it holds, when it ends, and coming back to it."""

import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic
from types import SimpleNamespace

import pytest
from django.db import connections

from tracking.tests.faults.posting import post
from tracking.tests.installation import installed
from tracking.tests.live import log_in, move_in, running, wait_until
from tracking.tests.sse import CLEANLY, PROMPT, StreamClient, bearer, opened, streaming

MANY = 20
ROUNDS = 10


@pytest.fixture(scope="module")
def place(model_home, tmp_path_factory):
    """An installation with a family."""
    model, home = model_home
    with installed(tmp_path_factory.mktemp("live") / "data", like=model) as installation:
        usual = installation.with_variables(CHORE_STREAM_KEEP_ALIVE="20")
        yield SimpleNamespace(installation=usual, home=home)


@pytest.fixture(scope="module")
def server(place):
    with running(place.installation) as server:
        yield server


@pytest.fixture
def parent(place, server):
    return move_in(server, place.home.token, "parents")


@pytest.fixture
def child(place, server):
    return move_in(server, place.home.token, "children")


def act(server, home, child_id=None):
    """Give a task to a child, and return the id of its event."""
    body = {"child": child_id or home.children[0]}
    answer = post(server.address, home.token, f"tasks/{home.task}/activate/", body)
    assert answer.status == 201, answer
    newest = server.ask("GET", f"tracking/events/?child_id={body['child']}&limit=1", home.token)
    return newest["results"][0]["id"]


# What an open stream holds


@pytest.mark.postgresql
def test_20_streams_share_2_connections_with_everybody_else(place):
    tight = place.installation.with_variables(CHORE_DB_POOL_SIZE="2")
    with running(tight) as server, opened([(server.address, place.home.token)] * MANY) as clients:
        events = []
        for _ in range(ROUNDS):
            begun = monotonic()
            events.append(act(server, place.home))
            server.ask("GET", "me/", place.home.token)
            assert monotonic() - begun < PROMPT  # a connection is waited for for 20

            for client in clients:
                client.wait_for(len(events))
        assert [client.ids for client in clients] == [events] * MANY


@pytest.mark.skipif(connections["default"].vendor != "sqlite", reason="PostgreSQL is not in files")
@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_20_streams_hold_no_file_of_sqlite(place, server):
    with opened([(server.address, place.home.token)] * MANY) as clients:
        events = []
        for _ in range(ROUNDS):
            events.append(act(server, place.home))
            for client in clients:
                client.wait_for(len(events))

            wait_until(lambda: not open_databases(server), "closed databases", PROMPT)
        assert [client.ids for client in clients] == [events] * MANY
        assert {client.end for client in clients} == {None}


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_20_streams_hold_no_20_threads(place, server):
    """Where threads are counted, as in a container, they would be all that the server can have."""
    with opened([(server.address, place.home.token)] * MANY) as clients:
        act(server, place.home)
        for client in clients:
            client.wait_for(1)

        wait_until(lambda: len([*Path(f"/proc/{server.process.pid}/task").iterdir()]) < MANY, "fewer threads", PROMPT)
        assert {client.end for client in clients} == {None}


def open_databases(server):
    """Whatever of the database is open in the server."""
    found = []
    for link in Path(f"/proc/{server.process.pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed meanwhile
            found.append(link.readlink().name)
    return [name for name in found if name.startswith("db.sqlite3")]


# It ends with what it is allowed by: cleanly, and without the next event


@contextmanager
def a_stream_of_each(server, who, home, child_id=None):
    """Yield when both were sent an event: of what happens then, the one sees nothing, and another does."""
    with opened([(server.address, who.token), (server.address, home.token)]) as (client, other):
        before = act(server, home, child_id)
        client.wait_for(1)

        yield

        other.wait_for(2)
        assert client.wait_for_end() == CLEANLY
        assert client.ids == [before]
        assert other.end is None


def log_out(server, home, who):
    server.ask("POST", "auth/logout/", who.token, {})


def log_out_everywhere(server, home, who):
    server.ask("POST", "auth/logoutall/", who.token, {})


def delete_the_token(server, home, who):
    (token,) = server.ask("GET", "auth/tokens/", who.token)["results"]
    server.ask("DELETE", f"auth/tokens/{token['id']}/", who.token)


def deactivate(server, home, who):
    script = f"from children.models import User\nprint(User.objects.filter(pk={who.id}).update(is_active=False))"
    assert server.installation.tell(script) == 1


def take_out_of_the_family(server, home, who):
    server.ask("DELETE", f"parents/{who.id}/", home.token)


END_OF_A_PARENT = [log_out, log_out_everywhere, delete_the_token, deactivate, take_out_of_the_family]


@pytest.mark.parametrize("end", END_OF_A_PARENT)
def test_a_parents_stream_ends(place, server, parent, end):
    with a_stream_of_each(server, parent, place.home):
        end(server, place.home, parent)
        act(server, place.home)


@pytest.mark.parametrize("end", [log_out, log_out_everywhere, delete_the_token])
def test_a_childs_stream_ends(place, server, child, end):
    with a_stream_of_each(server, child, place.home, child.id):
        end(server, place.home, child)
        act(server, place.home, child.id)


def test_a_removed_childs_stream_ends_without_what_its_removal_cancels(place, server, child):
    for _ in range(2):
        act(server, place.home, child.id)
    server.ask("POST", f"rewards/{place.home.rewards[0]}/request/", child.token, {})

    with a_stream_of_each(server, child, place.home, child.id):
        server.ask("DELETE", f"children/{child.id}/", place.home.token)


def test_a_stream_ends_even_if_nothing_happens_any_more(place):
    with running(place.installation.with_variables(CHORE_STREAM_KEEP_ALIVE="1")) as server:
        person = move_in(server, place.home.token, "parents")
        with streaming(server.address, person.token) as client:
            log_out(server, place.home, person)

            assert client.wait_for_end() == CLEANLY


def test_another_token_of_the_same_user_streams_on(place, server, parent):
    both = [(server.address, token) for token in (parent.token, log_in(server, parent.username))]
    with opened(both) as (client, other):
        log_out(server, place.home, parent)
        event = act(server, place.home)

        assert client.wait_for_end() == CLEANLY
        other.wait_for(1)
        assert (other.ids, other.end) == ([event], None)


# Coming back


@pytest.mark.parametrize("by", ["header", "query"])
def test_who_comes_back_after_three_events_is_sent_those_three(place, server, by):
    with streaming(server.address, place.home.token) as client:
        first = act(server, place.home)
        client.wait_for(1)
        client.leave()
        missed = [act(server, place.home) for _ in range(3)]

        query = f"?last_event_id={first}" if by == "query" else ""
        again = StreamClient(server.address, bearer(place.home.token), query=query)
        again.last_id = client.last_id if by == "header" else ""
        again.open()
        next_one = act(server, place.home)
        again.wait_for(4)
        again.leave()

    assert client.last_id == str(first)
    assert again.ids == [*missed, next_one]


def test_who_was_sent_no_event_yet_misses_none(place, server):
    with streaming(server.address, place.home.token) as client:
        client.leave()
        missed = [act(server, place.home) for _ in range(3)]

        client.open()

        client.wait_for(3)
        assert client.ids == missed
