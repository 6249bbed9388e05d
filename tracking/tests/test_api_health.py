import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from children import guards
from chore_project.settings import VERSION


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_both_answer_anybody(client, db, path):
    answer = client.get(path)

    assert answer.status_code == 200
    assert "no-cache" in answer.headers["Cache-Control"]
    assert client.head(path).status_code == 200
    assert client.post(path).status_code == 405


def test_the_version_is_the_packages():
    assert tomllib.loads(Path(settings.BASE_DIR, "pyproject.toml").read_text())["project"]["version"] == VERSION


def test_every_check_is_named(client, db):
    assert client.get("/readyz").json() == {
        "status": "ready",
        "version": VERSION,
        "checks": dict.fromkeys(["database", "log_folder", "audit_log", "migrations", "guards", "clock"], "ok"),
        "audit_log_failures": 0,
    }


def test_a_missing_guard_is_not_ready(client, db):
    guards.lift(connection)

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["status"] == "not ready"
    assert "missing" in answer.json()["checks"]["guards"]
    assert client.get("/healthz").status_code == 200


def test_a_clock_behind_the_last_act_is_not_ready(client, family):
    family.last_act_at = datetime.now(UTC) + timedelta(minutes=1)
    family.save()

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()["checks"]["clock"]) == (503, "behind the last act")


def test_a_log_folder_that_cannot_be_made_is_not_ready(client, db, settings, tmp_path):
    (tmp_path / "file").touch()
    settings.LOG_DIR = tmp_path / "file" / "logs"

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert str(tmp_path) not in answer.content.decode()
