"""From a tap to everything that tells of it: the trail, the stream of a parent and of the child, and one line of the audit log.

On SQLite alone, and on PostgreSQL with Redis.
"""

import json
from contextlib import ExitStack, contextmanager
from http.cookiejar import CookieJar
from itertools import chain
from types import SimpleNamespace
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

import pytest
from django.db import connections

from children.tests.factories import PASSWORD
from tracking.tests.faults.posting import post
from tracking.tests.faults.redis_servers import redis_server
from tracking.tests.installation import PATIENCE, installed
from tracking.tests.live import move_in, running
from tracking.tests.sse import CLEANLY, StreamClient, opened


@contextmanager
def as_it_is_run(folder, model):
    """An installation, and where it is on PostgreSQL a Redis beside it."""
    with ExitStack() as stack:
        installation = stack.enter_context(installed(folder / "data", like=model))
        if connections["default"].vendor == "postgresql":
            redis = stack.enter_context(redis_server(folder / "redis"))
            installation = installation.with_variables(REDIS_URL=redis.url)
        yield installation


@pytest.fixture(scope="module")
def place(model_home, tmp_path_factory):
    """A server, the family, and the folder of its logs."""
    model, home = model_home
    with (
        as_it_is_run(tmp_path_factory.mktemp("whole"), model) as installation,
        running(installation.with_variables(CHORE_STREAM_KEEP_ALIVE="20")) as server,
    ):
        yield SimpleNamespace(server=server, home=home, logs=installation.data / "logs")


@pytest.fixture
def parent(place):
    """A parent of whom the log tells nothing yet."""
    return move_in(place.server, place.home.token, "parents")


@pytest.fixture
def child(place):
    return move_in(place.server, place.home.token, "children")


@pytest.fixture
def act(place, child):
    """Return a function that acts with a token, and returns what it was told."""

    def act(token, path, *, names_child=False):
        answer = post(place.server.address, token, path, {"child": child.id} if names_child else None)
        assert answer.status in {200, 201}, answer
        return answer.told

    return act


def trail_of(place, child):
    """The events of a child, the oldest first."""
    return place.server.ask("GET", f"tracking/events/?child_id={child.id}", place.home.token)["results"][::-1]


def log_of(place, person):
    """The lines of a log, each as it stands there."""
    user_id = place.server.ask("GET", "me/", person.token)["id"]
    files = sorted(place.logs.glob(f"tracking_user_{user_id}.log*"))
    return list(chain.from_iterable(file.read_text().splitlines() for file in files))


def test_a_task_is_told_once_to_everybody_and_the_same_everywhere(place, parent, child, act):
    with opened([(place.server.address, who.token) for who in (parent, child)]) as clients:
        for token in (parent.token, place.home.token):
            act(token, f"tasks/{place.home.task}/activate/", names_child=True)
        told = [client.wait_for(2) for client in clients]

    event, of_another = trail_of(place, child)
    assert place.server.ask("GET", f"tracking/events/{event['id']}/", child.token) == event
    assert told == [[event, of_another]] * 2
    assert [message.id for message in clients[0].created] == [str(event["id"]), str(of_another["id"])]
    (line,) = log_of(place, parent)
    assert json.loads(line) == event
    assert log_of(place, child) == []


def test_every_act_is_told_once_and_in_order(place, parent, child, act):
    task, penalty, reward = place.home.task, place.home.penalty, place.home.rewards[0]

    def request(token):
        return act(token, f"rewards/{reward}/request/", names_child=True)["id"]

    with opened([(place.server.address, who.token) for who in (parent, child)]) as clients:
        tap = act(parent.token, f"tasks/{task}/activate/", names_child=True)["id"]
        act(parent.token, f"activations/{tap}/cancel/")
        for _ in range(3):
            act(parent.token, f"tasks/{task}/activate/", names_child=True)
        shout = act(parent.token, f"penalties/{penalty}/activate/", names_child=True)["id"]
        act(parent.token, f"activations/{shout}/cancel/")
        act(child.token, f"reward-requests/{request(child.token)}/cancel/")
        act(parent.token, f"reward-requests/{request(child.token)}/cancel/")
        redeemed = request(parent.token)
        act(parent.token, f"reward-requests/{redeemed}/redeem/")
        act(parent.token, f"reward-requests/{redeemed}/refund/")
        act(parent.token, f"rewards/{reward}/redeem/", names_child=True)
        told = [client.wait_for(15) for client in clients]

    trail = trail_of(place, child)
    whats = [(event["entity_type"], event["action"], event["metadata"].get("reason")) for event in trail]
    assert whats == [
        ("task", "activated", None),
        ("task", "cancelled", "undone"),
        *[("task", "activated", None)] * 3,
        ("penalty", "activated", None),
        ("penalty", "cancelled", "undone"),
        ("reward", "requested", None),
        ("reward", "cancelled", "withdrawn"),
        ("reward", "requested", None),
        ("reward", "cancelled", "denied"),
        ("reward", "requested", None),
        ("reward", "redeemed", None),
        ("reward", "cancelled", "refunded"),
        ("reward", "redeemed", None),
    ]
    assert told == [trail, trail]
    for person, count in ((parent, 12), (child, 3)):
        user_id = place.server.ask("GET", "me/", person.token)["id"]
        lines = [json.loads(line) for line in log_of(place, person)]
        assert lines == [event for event in trail if event["user_id"] == user_id]
        assert len(lines) == count


def test_an_act_that_changes_nothing_is_told_to_nobody(place, parent, child, act):
    with opened([(place.server.address, who.token) for who in (parent, child)]) as clients:
        tap = act(parent.token, f"tasks/{place.home.task}/activate/", names_child=True)["id"]
        for _ in range(3):
            act(parent.token, f"activations/{tap}/cancel/")
        body = {"child": child.id}
        refused = post(place.server.address, parent.token, f"rewards/{place.home.rewards[0]}/redeem/", body)
        act(parent.token, f"penalties/{place.home.penalty}/activate/", names_child=True)
        told = [client.wait_for(3) for client in clients]

    assert refused.status == 409
    assert told == [trail_of(place, child)] * 2
    assert len(log_of(place, parent)) == 3


# A browser, which has a session


class Browser:
    """As much of one as has cookies."""

    def __init__(self, server):
        self.server, self.jar = server, CookieJar()
        self.opener = build_opener(HTTPCookieProcessor(self.jar))

    @property
    def cookies(self):
        return {cookie.name: cookie.value for cookie in self.jar}

    @property
    def headers(self):
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}

    def log_in(self, page, username):
        self.opener.open(self.server.address + page, timeout=PATIENCE).close()
        fields = {"username": username, "password": PASSWORD, "next": "/healthz"}
        self.post(page, urlencode(fields | {"csrfmiddlewaretoken": self.cookies["csrftoken"]}).encode())
        assert "sessionid" in self.cookies

    def post(self, path, body, kind="application/x-www-form-urlencoded"):
        headers = {"Content-Type": kind, "X-CSRFToken": self.cookies["csrftoken"], "Referer": self.server.address}
        request = Request(self.server.address + path, body, headers)
        self.opener.open(request, timeout=PATIENCE).close()


@pytest.mark.parametrize("page", ["/api-auth/login/", "/admin/login/"])
def test_a_session_streams_and_acts_as_a_token_does(place, parent, child, page):
    if page.startswith("/admin"):
        place.server.installation.tell(
            f"from children.models import User\nprint(User.objects.filter(pk={parent.id}).update(is_staff=True))"
        )
    browser = Browser(place.server)
    browser.log_in(page, parent.username)
    client = StreamClient(place.server.address, browser.headers)

    client.open()
    body = json.dumps({"child": child.id}).encode()
    browser.post(f"/api/v1/tasks/{place.home.task}/activate/", body, "application/json")
    told = client.wait_for(1)
    client.leave()

    assert told == trail_of(place, child)
    assert [json.loads(line) for line in log_of(place, parent)] == told


def log_out(place, browser, parent):
    browser.post("/api/v1/auth/logout/", b"{}", "application/json")


def take_out_of_the_family(place, browser, parent):
    place.server.ask("DELETE", f"parents/{parent.id}/", place.home.token)


@pytest.mark.parametrize("end", [log_out, take_out_of_the_family])
def test_the_stream_of_a_session_ends(place, parent, child, act, end):
    browser = Browser(place.server)
    browser.log_in("/api-auth/login/", parent.username)
    client = StreamClient(place.server.address, browser.headers)
    client.open()

    end(place, browser, parent)
    act(place.home.token, f"tasks/{place.home.task}/activate/", names_child=True)

    assert client.wait_for_end() == CLEANLY
    assert client.told == []
