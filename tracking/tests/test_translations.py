"""The translations are complete, fit the code, and are what Django reads."""

import os
import re
import shutil

import pytest
from django.core.management import call_command

from children.services.activations import activate
from tracking.tests.catalogs import catalogs, compiled, written

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%|%[sd]")

once = pytest.mark.once
each_language = pytest.mark.parametrize("catalog", catalogs(), ids=lambda catalog: catalog.parts[-3])


@once
@each_language
def test_every_text_is_translated(catalog):
    assert "fuzzy" not in catalog.read_text()
    assert [message.id for message in written(catalog) if not all(message.translations)] == []


@once
@each_language
def test_placeholders_are_the_same(catalog):
    for message in written(catalog):
        expected = {tuple(sorted(PLACEHOLDER.findall(text))) for text in (message.id, message.plural or message.id)}
        found = {tuple(sorted(PLACEHOLDER.findall(text))) for text in message.translations}
        assert found == expected, message.id


@once
@each_language
def test_django_reads_what_is_written(catalog):
    expected = {key: text for message in written(catalog) for key, text in message.compiled.items()}

    assert compiled(catalog.with_suffix(".mo")) == expected, "run `make messages`"


@once
@each_language
def test_what_is_written_is_what_the_code_says(catalog, settings, tmp_path, monkeypatch):
    if not shutil.which("xgettext"):
        assert os.environ.get("CI") != "true", "CI needs gettext"
        pytest.skip("there is no gettext")
    for folder in ("children", "rewards", "tracking", "templates"):
        shutil.copytree(settings.BASE_DIR / folder, tmp_path / folder, ignore=shutil.ignore_patterns("tests"))
    monkeypatch.chdir(tmp_path)
    settings.LOCALE_PATHS = [tmp_path / "locale"]

    call_command("makemessages", locale=["de"], no_wrap=True, no_location=True, verbosity=0)

    said = {(message.id, message.plural) for message in written(tmp_path / "locale/de/LC_MESSAGES/django.po")}
    assert said == {(message.id, message.plural) for message in written(catalog)}, "run `make messages`"


# What comes of it


@once
def test_the_admin_site_speaks_german(site, parent, child, task):
    activate(entity=task, child=child, by=parent)

    page = site.get("/admin/tracking/trackingevent/", headers={"Accept-Language": "de"}).text

    for text in ("Was diese Vorgänge ergeben", "Als CSV exportieren", "Name oder Nummer"):
        assert text in page


@once
def test_errors_of_the_api_are_told_in_german_under_the_same_codes(api, parent, child, reward):
    def refused(language):
        body = {"child": child.pk}
        answer = api(parent).post(f"/api/v1/rewards/{reward.pk}/redeem/", body, headers={"Accept-Language": language})
        return answer.json()["errors"]

    assert refused("de") == [{**error, "detail": "Nicht genug Punkte."} for error in refused("en")]
    assert refused("de-AT,de;q=0.8") == refused("de")
    assert refused("fr") == refused("en")


@once
def test_what_cannot_be_understood_is_told_so_in_german(client):
    answer = client.generic("POST", "/api/v1/tasks/", "{}", "text/plain; charset=hex", HTTP_ACCEPT_LANGUAGE="de")

    assert answer.json()["errors"][0]["detail"] == "Nur UTF-8 wird verstanden."
