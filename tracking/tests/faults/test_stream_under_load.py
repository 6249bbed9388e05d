"""Clients that leave and come back all the time, while 8 writers act in two families: each event comes once, in order, and at once."""

import os
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from types import SimpleNamespace

import pytest

from children.tests.factories import PASSWORD
from tracking.tests.faults.books import SCRIPT
from tracking.tests.faults.notes import note
from tracking.tests.faults.posting import post
from tracking.tests.live import log_in, move_in, running
from tracking.tests.sse import NOTHING, amiss, opened, restless

SECONDS = float(os.environ.get("CHORE_TEST_STREAM_SECONDS") or 3)
WRITERS = 8
VISITS = 5  # of each client, at least
FAMILIES = ("Lovelace", "Babbage")


@pytest.fixture
def open_server(installation):
    """Anybody may make a family there."""
    variables = {"CHORE_REGISTRATION_OPEN": "true", "CHORE_STREAM_KEEP_ALIVE": "20"}
    with running(installation.with_variables(**variables)) as server:
        yield server


def found_family(server, name):
    """A family with two children who have a login, and a parent for each of its writers."""
    who = {"username": f"{name}-parent", "password": PASSWORD}
    family = server.ask("POST", "families/", "", {"name": name, "timezone": "UTC", **who})["id"]
    token = log_in(server, who["username"])
    task = server.ask("POST", "tasks/", token, {"name": "Dishes", "points": 10})["id"]
    children = [move_in(server, token, "children") for _ in range(2)]
    writers = [move_in(server, token, "parents") for _ in range(WRITERS // len(FAMILIES))]
    return SimpleNamespace(id=family, token=token, task=task, children=children, writers=writers)


def burst(server, families, pool):
    """Have all writers act at once, each for all children of its family. The last of these events has none after it that would bring it."""

    def write(family, writer):
        for child in family.children:
            answer = post(server.address, writer.token, f"tasks/{family.task}/activate/", {"child": child.id})
            assert answer.status == 201, answer

    for writing in [pool.submit(write, family, writer) for family in families for writer in family.writers]:
        writing.result()


def test_nothing_is_missed_repeated_or_out_of_order(installation, open_server):
    families = [found_family(open_server, name) for name in FAMILIES]
    everybody = [who for family in families for who in (family, family, *family.children)]

    with opened([(open_server.address, who.token) for who in everybody]) as clients:
        staying = clients[:: len(clients) // len(families)]
        visiting = [client for client in clients if client not in staying]
        bursts, until = 0, monotonic() + SECONDS
        with restless(visiting), ThreadPoolExecutor(WRITERS) as pool:
            while monotonic() < until or min(client.opened for client in visiting) < VISITS:
                burst(open_server, families, pool)
                bursts += 1
                for client, who in zip(clients, everybody, strict=True):
                    client.wait_for(bursts * events_of_a_burst(who))

        events = sorted(installation.tell(SCRIPT)["events"], key=lambda event: event["id"])

    note(f"{bursts} bursts, {len(events)} events, {sum(len(client.ends) for client in visiting)} visits")
    trails = [trail_of(who, events) for who in everybody]
    assert [amiss(client, trail) for client, trail in zip(clients, trails, strict=True)] == [NOTHING] * len(clients)
    assert [len(trail) for trail in trails] == [bursts * events_of_a_burst(who) for who in everybody]
    assert "Traceback" not in open_server.log.read_text()


def events_of_a_burst(who):
    """On the channel of somebody."""
    return WRITERS // len(FAMILIES) * len(getattr(who, "children", [who]))


def trail_of(who, events):
    """The events on the channel of somebody."""
    field = "family_id" if hasattr(who, "children") else "child_id"
    return [event for event in events if event[field] == who.id]
