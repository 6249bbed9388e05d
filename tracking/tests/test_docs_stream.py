"""What docs/api.md tells clients to do with the stream is done, against a real server."""

import os
import re
import subprocess
from contextlib import contextmanager
from queue import Queue
from threading import Thread
from time import monotonic

import pytest

from children.tests.pages import page, section
from tracking.tests.browsing import browse, find_chromium
from tracking.tests.faults.home import PASSWORD
from tracking.tests.faults.posting import post
from tracking.tests.installation import PATIENCE, installed
from tracking.tests.live import running

pytestmark = pytest.mark.once

TOLD = "task activated"
KEEP_ALIVE = ("event: keep-alive", "data:", "")


@pytest.fixture
def sample():
    """Return a function that finds the sample in a language."""
    text = section(page("docs/api.md"), "The live stream")

    def find(language):
        (code,) = re.findall(rf"```{language}\n(.*?)\n```", text, re.DOTALL)
        return code

    return find


@pytest.fixture
def place(model_home, tmp_path):
    """A server, its family, and the address under which both are found."""
    model, home = model_home
    with installed(tmp_path / "data", like=model) as installation, running(installation) as server:
        yield server, home


def act(server, home):
    answer = post(server.address, home.token, f"tasks/{home.task}/activate/", {"child": home.children[0]})
    assert answer.status == 201, answer


@contextmanager
def printed_by(command, server, home):
    """Run a program, and yield the lines that it prints."""
    process = subprocess.Popen(
        command,
        env={**os.environ, "CHORE": server.address, "TOKEN": home.token},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    lines = Queue()
    reader = Thread(target=lambda: [lines.put(line.strip()) for line in process.stdout])
    reader.start()
    try:
        yield lines
    finally:
        process.kill()
        process.wait()
        reader.join()
        process.stdout.close()


def test_curl(place, sample):
    server, home = place

    with printed_by(["sh", "-c", f"exec {sample('console')}"], server, home) as lines:
        opening = [lines.get(timeout=PATIENCE) for _ in range(4)]
        act(server, home)
        told = []
        deadline = monotonic() + PATIENCE
        while len(told) < 3 and monotonic() < deadline:
            told += {lines.get(timeout=PATIENCE)}.difference(KEEP_ALIVE)

    assert opening == ["event: stream-open", "id: 0", "data:", ""]
    assert (told[:2], told[2][:9]) == (["event: tracking_event_created", "id: 1"], 'data: {"i')


@pytest.mark.browser
def test_a_browser_comes_back_to_a_server_that_was_restarted(place, sample):
    find_chromium()
    server, home = place
    lines = []
    with browse() as chromium:
        tab = chromium.new_page(base_url=server.address)
        tab.goto("/api-auth/login/?next=/api/v1/me/")
        tab.fill("[name=username]", "parent")
        tab.fill("[name=password]", PASSWORD)
        tab.press("[name=password]", "Enter")
        tab.wait_for_url("**/api/v1/me/")
        tab.on("console", lambda message: lines.append(message.text) if TOLD in message.text else None)
        with tab.expect_response("**/tracking/stream/"):
            tab.evaluate(f"() => {{ {sample('js')} }}")

        with tab.expect_console_message(lambda message: TOLD in message.text):
            act(server, home)
        server.stop()
        server.start()
        with tab.expect_console_message(lambda message: TOLD in message.text, timeout=PATIENCE * 1000):
            act(server, home)

    assert lines == [f"{TOLD}: 10"] * 2
