"""The settings are read once, at the start: each test starts a process."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from chore_project.secret_key import read_or_make_secret_key

pytestmark = pytest.mark.once

OURS = ("CHORE_", "DATABASE_", "REDIS_", "WEB_CONCURRENCY")
STRONG_KEY = "a-key-of-more-than-fifty-characters-0123456789-abcdefghij"


@pytest.fixture
def start(settings, tmp_path):
    """Return a function that reads the settings with these variables, and prints an expression of them."""

    def read_settings(expression="None", **variables):
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        return subprocess.run(
            [sys.executable, "-c", f"from chore_project import settings; print({expression})"],
            env={**inherited, "CHORE_DATA_DIR": str(tmp_path / "data"), **variables},
            cwd=settings.BASE_DIR,
            capture_output=True,
            text=True,
            check=False,
        )

    return read_settings


def test_without_any_variable_it_starts(start, tmp_path):
    process = start("settings.DEBUG, settings.PORT, settings.DATABASES['default']['NAME']")

    assert process.returncode == 0
    assert process.stdout == f"False 8000 {tmp_path / 'data' / 'db.sqlite3'}\n"


def test_bad_variables_are_named_all_at_once(start):
    bad = {
        "CHORE_DEBUG": "maybe",
        "CHORE_PORT": "99999",
        "CHORE_TOKEN_DAYS": "soon",
        "CHORE_TIME_ZONE": "Mars/Olympus",
        "CHORE_LOG_LEVEL": "LOUD",
        "CHORE_SQLITE_SYNCHRONOUS": "OFF",
        "CHORE_DB_POOL_SIZE": "0",
        "CHORE_LANGUAGE": "English!",
        "CHORE_PROCESSES": "0",
        "CHORE_STREAM_KEEP_ALIVE": "21",
        "CHORE_AUDIT_LOG_BYTES": "1",
        "CHORE_AUDIT_LOG_BACKUPS": "-1",
        "CHORE_RETENTION_DAYS": "0",
        "DATABASE_URL": "mysql://localhost/chore",
        "REDIS_URL": "http://localhost/",
        "WEB_CONCURRENCY": "many",
    }

    process = start(**bad)

    assert process.returncode != 0
    assert process.stdout == ""
    assert "Traceback" not in process.stderr
    named = [line.split(":")[0].strip() for line in process.stderr.splitlines()[1:]]
    assert named == sorted(bad)


@pytest.mark.parametrize("key", ["secret", "x" * 60, "django-insecure-" + STRONG_KEY])
def test_a_weak_key_is_refused(start, key):
    process = start(CHORE_SECRET_KEY=key)

    assert process.returncode != 0
    assert "CHORE_SECRET_KEY: Too weak" in process.stderr
    assert key not in process.stderr


def test_debug_takes_any_key(start):
    assert start(CHORE_SECRET_KEY="secret", CHORE_DEBUG="true").returncode == 0


def test_a_key_is_made_once_for_its_owner_only(start, tmp_path):
    first = start("settings.SECRET_KEY")
    second = start("settings.SECRET_KEY")

    file = tmp_path / "data" / "secret_key"
    assert first.stdout == second.stdout == file.read_text() + "\n"
    assert len(file.read_text()) >= 50
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["secret_key"]


def test_a_disk_that_is_full_keeps_no_half_of_a_key(tmp_path, monkeypatch):
    def write_text(*_):
        raise OSError("No space left on device")

    monkeypatch.setattr(Path, "write_text", write_text)
    with pytest.raises(OSError, match="No space left"):
        read_or_make_secret_key(tmp_path / "secret_key")

    assert [*tmp_path.iterdir()] == []


def test_a_given_key_is_used_and_none_is_made(start, tmp_path):
    process = start("settings.SECRET_KEY", CHORE_SECRET_KEY=STRONG_KEY)

    assert process.stdout == f"{STRONG_KEY}\n"
    assert not (tmp_path / "data" / "secret_key").exists()


def test_a_value_may_come_from_a_file(start, tmp_path):
    (tmp_path / "key").write_text(f"{STRONG_KEY}\n")

    process = start("settings.SECRET_KEY", CHORE_SECRET_KEY_FILE=str(tmp_path / "key"))

    assert process.stdout == f"{STRONG_KEY}\n"


def test_a_database_url_moves_it_to_postgresql(start):
    process = start(
        "settings.DATABASES['default']['ENGINE'], settings.DATABASES['default']['OPTIONS']",
        DATABASE_URL="postgres://chore@127.0.0.1/chore",
        CHORE_DB_POOL_SIZE="7",
    )

    assert process.stdout.startswith("django.db.backends.postgresql ")
    assert "'max_size': 7" in process.stdout


@pytest.mark.parametrize(("days", "kept"), [("1", 1), ("36500", 36_500)])
def test_events_are_kept_as_long_as_is_said(start, days, kept):
    assert start("settings.RETENTION_DAYS", CHORE_RETENTION_DAYS=days).stdout == f"{kept}\n"


def test_events_are_kept_for_ever_where_nothing_is_said(start):
    assert start("settings.RETENTION_DAYS").stdout == "None\n"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CHORE_RETENTION_DAYS", "36501"),
        ("CHORE_RETENTION_DAYS", "1.5"),
        ("CHORE_RETENTION_DAYS", ""),
        ("CHORE_DATA_DIR", ""),
        ("CHORE_DATA_DIR", "/dev/null/data"),
        ("CHORE_HOST", ""),
        ("CHORE_LANGUAGE", "zz"),
        ("CHORE_CSRF_TRUSTED_ORIGINS", "chore.example.org"),
        ("CHORE_SECRET_KEY_FILE", "/nowhere/key"),
        ("DATABASE_URL", "nonsense"),
    ],
)
def test_what_cannot_work_is_named_without_a_traceback(start, name, value):
    process = start(**{name: value})

    assert process.returncode == 1
    assert name in process.stderr
    assert "Traceback" not in process.stderr


@pytest.mark.parametrize("key", ["", "short"])
def test_a_weak_key_in_the_data_folder_is_refused(start, tmp_path, key):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "secret_key").write_text(key)

    process = start()

    assert process.returncode == 1
    assert "too weak" in process.stderr


def test_the_data_folder_is_made_for_its_owner(start, tmp_path):
    start(CHORE_SECRET_KEY=STRONG_KEY)

    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) & 0o007 == 0
