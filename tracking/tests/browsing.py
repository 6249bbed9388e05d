"""A real browser that notes whatever goes wrong on the pages it visits."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest


def find_chromium() -> str:
    """Skips where Chromium or playwright is absent; fails in CI."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if os.environ.get("CI") == "true":
        assert chromium, "CI needs Chromium"
    else:
        pytest.importorskip("playwright.sync_api", reason="needs playwright: see requirements-dev.txt")
    return chromium or pytest.skip("needs Chromium")


@contextmanager
def browse() -> Iterator[Any]:
    """Run Chromium. Playwright's event loop ends with it: left running, it would stand in the way of the tests that follow."""
    chromium = find_chromium()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


class Complaints(list[str]):
    """What a tab complained about: errors, violations of the content security policy, requests to other hosts."""

    def __init__(self, tab: Any, address: str) -> None:
        super().__init__()
        self.host = urlsplit(address).netloc
        tab.on("console", self.on_console)
        tab.on("pageerror", lambda error: self.append(str(error)))
        tab.on("request", self.on_request)
        tab.on("response", self.on_response)

    def on_console(self, message: Any) -> None:
        is_ours = message.location["url"]  # what a test runs in the page, as axe does, has no address
        if message.type == "error" and is_ours and not message.text.startswith("Failed to load resource"):
            self.append(f"{message.text} ({message.location})")

    def on_request(self, request: Any) -> None:
        url = urlsplit(request.url)
        if url.scheme != "data" and url.netloc != self.host:
            self.append(f"asked another host: {request.url}")

    def on_response(self, response: Any) -> None:
        tolerated = 500 if response.request.resource_type == "document" else 400
        if response.status >= tolerated:
            self.append(f"{response.status}: {response.url}")
