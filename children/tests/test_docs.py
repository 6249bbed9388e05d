"""The pages name all that there is, and lead to where they say."""

import re
from pathlib import Path
from posixpath import dirname, join, normpath

import pytest
from django.core.management import get_commands

from children.tests.pages import FENCED, first_cells, page, pages, section

LINK = re.compile(r"\]\(([^)\s]+)\)")
PATH = re.compile(r"`((?:\.ci|docs|templates|children|rewards|tracking|chore_project)/[\w./-]+)`")


def links(name):
    """Where a page leads to within the repository: (file, anchor or nothing)."""
    for target in LINK.findall(FENCED.sub("", page(name))):
        if not re.match(r"[a-z]+:", target):
            path, _, anchor = target.partition("#")
            yield normpath(join(dirname(name), path)) if path else name, anchor


def anchors(name):
    """The headings of a page, as GitHub makes anchors of them."""
    headings = re.findall(r"^#+ (.*)$", FENCED.sub("", page(name)), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", re.sub(r"\]\([^)]*\)", "", each)).lower().replace(" ", "-") for each in headings}


@pytest.mark.parametrize("name", pages())
def test_every_link_leads_somewhere(settings, name):
    wrong = [
        f"{path}#{anchor}"
        for path, anchor in links(name)
        if not Path(settings.BASE_DIR, path).exists() or (anchor and anchor not in anchors(path))
    ]

    assert wrong == []


def test_every_page_is_reached_from_the_readme():
    unread, to_read = set(pages()), ["README.md"]
    while to_read:
        name = to_read.pop()
        if name in unread:
            unread.remove(name)
            to_read += [path for path, _ in links(name)]

    assert unread == set()


@pytest.mark.parametrize("name", ["CONTRIBUTING.md", "docs/architecture.md"])
def test_every_file_that_contributors_are_shown_is_there(settings, name):
    named = PATH.findall(page(name))

    assert len(named) > 5
    assert [path for path in named if not Path(settings.BASE_DIR, path).exists()] == []


def test_every_variable_is_told(settings):
    source = (settings.BASE_DIR / "chore_project" / "settings.py").read_text()
    read = set(re.findall(r'\benv\.\w+\(\s*"([A-Z_]+)"', source))

    told = first_cells(section(page("docs/operators.md"), "Settings"))

    assert len(read) > 10
    assert sorted(told) == sorted(read)


def test_every_command_is_told():
    ours = {name for name, app in get_commands().items() if app in ("children", "rewards", "tracking")}

    told = [command.split()[0] for command in first_cells(section(page("docs/operators.md"), "Commands"))]

    assert len(ours) > 5
    assert sorted(told) == sorted(ours)
