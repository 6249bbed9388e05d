"""Behind nginx and Caddy with several processes, over HTTP/2: a browser, a stream, and who guesses passwords."""

import json
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from uuid import uuid4

import pytest

from tracking.tests.faults.home import PASSWORD
from tracking.tests.faults.redis_servers import redis_server
from tracking.tests.installation import installed
from tracking.tests.live import GUNICORN, SERVE, UVICORN, Server
from tracking.tests.proxies import Upstreams, caddy, nginx

pytestmark = pytest.mark.once

LOGIN = "/api/v1/auth/login/"


@pytest.fixture(scope="module")
def place(model_home, tmp_path_factory):
    """A family, whose server is one of each process."""
    model, home = model_home
    folder = tmp_path_factory.mktemp("proxies")
    with redis_server(folder / "redis") as redis, installed(folder / "data", like=model) as installation:
        several = installation.with_variables(
            REDIS_URL=redis.url, CHORE_PROCESSES="3", CHORE_HTTPS="true", CHORE_STREAM_KEEP_ALIVE="20"
        )
        servers = [Server(several, command) for command in (SERVE, GUNICORN, UVICORN)]
        try:
            with ThreadPoolExecutor() as pool:
                list(pool.map(Server.start, servers))
            yield SimpleNamespace(home=home, servers=servers)
        finally:
            for server in servers:
                server.stop()


@pytest.fixture(scope="module", params=[caddy, nginx])
def proxy(request, place, tmp_path_factory):
    upstreams = Upstreams(*(f"127.0.0.1:{server.port}" for server in place.servers))
    with request.param(tmp_path_factory.mktemp("proxy"), upstreams) as proxy:
        yield proxy


def act(proxy, home, **how):
    return proxy.ask(f"/api/v1/tasks/{home.task}/activate/", {"child": home.children[0]}, **how)


def test_a_browser_logs_in_and_acts(proxy, place, tmp_path):
    """The login at one process, the act at another, with cookies that only HTTPS carries, and the origin that a browser names."""
    jar = tmp_path / "cookies"
    browser = {"headers": [f"Origin: {proxy.address}"], "more": ["--cookie", str(jar), "--cookie-jar", str(jar)]}

    def token():
        return next(line for line in jar.read_text().splitlines() if "\tcsrftoken\t" in line).split("\t")[-1]

    page = proxy.ask("/api-auth/login/", **browser)
    filled = [f"{name}={value}" for name, value in {"username": "parent", "password": PASSWORD}.items()]
    form = [part for field in [*filled, f"csrfmiddlewaretoken={token()}"] for part in ("--data-urlencode", field)]
    entered = proxy.ask("/api-auth/login/", **browser | {"more": [*browser["more"], *form]})
    acted = act(
        proxy,
        place.home,
        **browser | {"headers": [*browser["headers"], f"X-CSRFToken: {token()}", f"Referer: {proxy.address}/"]},
    )

    assert [answer.status for answer in (page, entered, acted)] == [200, 302, 201], (page, entered, acted)
    assert {answer.protocol for answer in (page, entered, acted)} == {"2"}
    assert all("\tTRUE\t" in line for line in jar.read_text().splitlines() if "sessionid" in line)


def test_a_stream_tells_each_event_at_once(proxy, place):
    """Each is awaited before the next: whoever held them back would hold the first for the keep-alive."""
    with proxy.stream(place.home.token) as lines:
        assert "event: stream-open" in lines

        for _ in range(3):
            acted = act(proxy, place.home, token=place.home.token).told
            event = json.loads(next(line for line in lines if line.startswith("data: {")).removeprefix("data: "))
            assert event["metadata"]["activation_id"] == acted["id"]


def test_an_export_arrives_whole(proxy, place):
    act(proxy, place.home, token=place.home.token)

    export = proxy.ask("/api/v1/tracking/events.jsonl", token=place.home.token)

    counted = proxy.ask("/api/v1/tracking/events/?limit=1", token=place.home.token).told["count"]
    assert (export.status, len(export.body.splitlines())) == (200, counted)
    assert "/api/v1/tracking/events.jsonl" in place.servers[0].log.read_text()


def test_guessing_is_slowed_by_the_real_address_whatever_is_forged(proxy):
    username = uuid4().hex

    def guess(address, forged):
        how = {"headers": [f"X-Forwarded-For: {forged}"], "more": ["--interface", address]}
        return proxy.ask(LOGIN, {"username": username, "password": "a wrong one"}, **how).status

    guessed = [guess("127.0.0.2", forged=f"127.0.1.{number}") for number in range(6)]

    assert guessed == [401, 401, 401, 401, 429, 429]
    assert guess("127.0.0.3", forged="127.0.0.2") == 401


def test_no_header_leads_past_the_proxy_to_a_login_of_the_workers(proxy):
    body = {"username": "somebody", "password": PASSWORD}

    assert proxy.ask(f"/x{LOGIN}", body, headers=["SCRIPT_NAME: /x"]).status == 404
