"""The pages for people, as tests read them."""

import re
from pathlib import Path

from django.conf import settings

FENCED = re.compile(r"^([ ]*)```.*?^\1```$", re.DOTALL | re.MULTILINE)


def page(name: str) -> str:
    """The text of a page, such as `README.md` or `docs/api.md`."""
    return Path(settings.BASE_DIR, name).read_text()


def pages() -> list[str]:
    """The names of all pages."""
    top = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "tracking/client/README.md")
    return [*top, *(f"docs/{path.name}" for path in sorted(Path(settings.BASE_DIR, "docs").glob("*.md")))]


def section(text: str, title: str) -> str:
    """The text below a heading, to the next one of its rank."""
    return re.split(r"^## ", text.split(f"\n## {title}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]


def first_cells(text: str) -> list[str]:
    """The words in code in the first cells of its tables."""
    cells = re.findall(r"^\| (`.*?`) \|", text, re.MULTILINE)
    return [name for cell in cells for name in re.findall(r"`([^`]+)`", cell)]


def in_code(text: str) -> set[str]:
    """Every word that stands in code, or names something in a sample of JSON."""
    told = re.findall(r"`([^`\n]+)`", FENCED.sub("", text)) + re.findall(r'"(\w+)":', text)
    return {word for code in told for word in re.findall(r"[\w-]+", code)}
