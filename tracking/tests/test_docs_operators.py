"""docs/operators.md names all that a server can say of itself."""

import re

import pytest
from django.apps import apps

from children.tests.pages import first_cells, page, section


@pytest.fixture
def told():
    """Return a function that gives what the tables below a heading name first."""
    return lambda title: first_cells(section(page("docs/operators.md"), title))


def test_every_finding_is_explained(settings, told):
    sources = [path.read_text() for path in (settings.BASE_DIR / "tracking" / "verification").glob("*.py")]
    checks = {name for text in sources for name in re.findall(r'(?:[Ff]inding\(|yield|detail =)\s*"(\w+)",', text)}

    assert len(checks) > 10
    assert sorted(told("Proving the trail")) == sorted(checks)


@pytest.mark.once
@pytest.mark.django_db
def test_everything_in_the_answer_of_readyz_is_explained(client, settings, told):
    settings.REDIS = {"unix_socket_path": "/nowhere"}

    answer = client.get("/readyz").json()

    assert sorted(told("Is it well?")) == sorted([*answer, *answer["checks"]])


def test_every_table_is_named():
    text = section(page("docs/operators.md"), "What `migrate` makes")
    tables = {
        model._meta.db_table
        for app in ("children", "rewards", "tracking")
        for model in apps.get_app_config(app).get_models()
        if model._meta.managed
    }

    assert {name for name in tables if name.startswith("tracking_")} - set(re.findall(r"`(\w+)`", text)) == set()
