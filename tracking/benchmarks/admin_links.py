"""The links that a page of the admin site shows."""

from html.parser import HTMLParser
from urllib.parse import urljoin

SITE = "/admin/"


class Links(HTMLParser):
    """Those that stay within the site, in their order, each once; `page` is the address that they may be relative to."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.page = page
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        href = dict(attributes).get("href") if tag == "a" else None
        if href is None:
            return
        link = urljoin(self.page, href).partition("#")[0]
        if link.startswith(SITE) and link not in self.found:
            self.found.append(link)


def links_of(page: str, body: str) -> list[str]:
    links = Links(page)
    links.feed(body)
    return links.found
