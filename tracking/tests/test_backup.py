"""`backup` and `restore`: what they refuse, and that a refusal loses nothing. While acts go on: `faults/test_backup.py`."""

import fcntl
import json
import os
import re
import zipfile
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from children.management.plain import IMPOSSIBLE
from tracking.backups import restoring
from tracking.tests.faults.disks import small_disk
from tracking.tests.installation import installed

ACT = """
import json
from children.models import Child, Task, User
from children.services.activations import activate
activate(entity=Task.objects.get(), child=Child.objects.first(), by=User.objects.get(username="parent"))
"""

ALL_THE_WAY_BACK = """
from django.core.management import call_command
for app in ("tracking", "rewards", "children"):
    call_command("migrate", app, "0001", verbosity=0)
call_command("backup", {file!r})
"""


def manifest(database, **changes):
    told = {"version": "0.1.0", "made_at": "2026-01-01T00:00:00Z", "database": database, "migrations": [], "tally": {}}
    return json.dumps({**told, **changes})


def zipped(path, members):
    with zipfile.ZipFile(path, "w") as file:
        for name, content in members.items():
            file.writestr(name, content)


@pytest.fixture
def nothing_is_cleared(monkeypatch):
    """In this process it would be pytest's own database."""
    monkeypatch.setattr(restoring, "clear", lambda: pytest.fail("it went on"))


def refusal(*command):
    """Run a command that must refuse, and return why."""
    with pytest.raises(CommandError) as refused:
        call_command(*map(str, command))
    assert refused.value.returncode == IMPOSSIBLE
    return str(refused.value)


def refusal_of(installation, *command):
    """Likewise in an installation."""
    with pytest.raises(AssertionError) as refused:
        installation.manage(*map(str, command))
    return str(refused.value)


@pytest.fixture(scope="module")
def backup(model_home, tmp_path_factory):
    file = tmp_path_factory.mktemp("backup") / "chore.zip"
    model_home[0].manage("backup", str(file))
    return file


# The file


def test_it_can_be_read_by_its_owner_only_and_says_what_is_in_it(backup):
    assert backup.stat().st_mode & 0o777 == 0o600
    assert list(backup.parent.iterdir()) == [backup]  # no draft
    with zipfile.ZipFile(backup) as file:
        told = json.loads(file.read("manifest.json"))
        database = {"sqlite": "db.sqlite3", "postgresql": "database.pgdump"}[connection.vendor]
        assert set(file.namelist()) == {database, "secret_key", "manifest.json"}
    assert told["database"] == connection.vendor
    assert (told["tally"]["children_child"], told["tally"]["tracking_trackingevent"]) == (2, 0)


def test_a_file_that_is_there_stays(backup, model_home):
    before = backup.read_bytes()

    assert "is there already" in refusal_of(model_home[0], "backup", backup)
    assert backup.read_bytes() == before


@pytest.mark.once
def test_of_a_full_disk_it_says_so_and_leaves_nothing(model_home, tmp_path):
    with small_disk(tmp_path / "small", "8k") as disk:
        assert "No space left" in refusal_of(model_home[0], "backup", disk / "chore.zip")
        assert list(disk.iterdir()) == []


@pytest.mark.once
def test_two_at_once_are_refused_and_what_one_left_that_was_killed_goes(model_home, tmp_path):
    installation, _ = model_home
    left = installation.data / "backup_draft.sqlite3"
    left.write_bytes(b"half of it")
    folder = os.open(installation.data, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        assert "Another backup is being made" in refusal_of(installation, "backup", tmp_path / "chore.zip")
    finally:
        os.close(folder)

    installation.manage("backup", str(tmp_path / "chore.zip"))
    assert not left.exists()


@pytest.mark.once
def test_a_damaged_database_is_not_backed_up(model_home, tmp_path):
    with installed(tmp_path / "data", like=model_home[0]) as installation:
        database = installation.data / "db.sqlite3"
        with database.open("r+b") as file:
            file.seek(40 * 4096)
            file.write(b"\xff" * 20 * 4096)

        assert "malformed" in refusal_of(installation, "backup", tmp_path / "chore.zip")
        assert [*tmp_path.iterdir()] == [installation.data]


@pytest.mark.postgresql
def test_without_pg_dump_it_says_what_is_missing(model_home, tmp_path):
    poor = model_home[0].with_variables(PATH="")

    assert "pg_dump cannot be run" in refusal_of(poor, "backup", tmp_path / "chore.zip")
    assert list(tmp_path.iterdir()) == []


# What is no backup


@pytest.mark.once
@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "no backup, or not whole"),
        (b"not a zip", "no backup, or not whole"),
        ({"holiday.jpg": "sun"}, "no backup of Chore"),
        ({"manifest.json": "{"}, "manifest cannot be read"),
        ({"manifest.json": "[]"}, "manifest cannot be read"),
        ({"manifest.json": "{}"}, "manifest cannot be read"),
        ({"manifest.json": manifest("sqlite", version=1)}, "manifest is another one"),
        ({"manifest.json": manifest("sqlite", tally={"children_child": "two"})}, "manifest is another one"),
        ({"manifest.json": manifest("sqlite")}, "holds no database"),
        ({"manifest.json": manifest("oracle")}, "backup of oracle, and here is sqlite"),
        (
            {"manifest.json": manifest("sqlite", migrations=["tracking.0999_later"]), "db.sqlite3": ""},
            "is of a newer version of Chore",
        ),
    ],
)
def test_what_is_no_backup_for_here_is_refused_before_anything_is_touched(content, why, nothing_is_cleared, tmp_path):
    file = tmp_path / "backup.zip"
    if isinstance(content, bytes):
        file.write_bytes(content)
    else:
        zipped(file, content)

    assert why in refusal("restore", file)


@pytest.mark.once
def test_one_that_is_not_there_is_refused(nothing_is_cleared, tmp_path):
    assert "No such file" in refusal("restore", tmp_path / "backup.zip")


@pytest.mark.once
@pytest.mark.parametrize(
    "spoil", [lambda whole: whole[: len(whole) // 2], lambda whole: whole[:5000] + b"\0" * 9 + whole[5009:]]
)
def test_a_torn_or_damaged_one_is_refused(backup, spoil, nothing_is_cleared, tmp_path):
    torn = tmp_path / "torn.zip"
    torn.write_bytes(spoil(backup.read_bytes()))

    assert re.search("not whole|not as it was written", refusal("restore", torn))


# Where it goes to


def test_a_place_where_somebody_lives_is_refused_and_stays_as_it_is(backup, model_home, tmp_path):
    with installed(tmp_path / "data", like=model_home[0]) as inhabited:
        assert "This database is in use, children_user has rows" in refusal_of(inhabited, "restore", backup)
        inhabited.manage("verify_tracking")


@pytest.mark.once
def test_a_folder_with_logs_of_others_is_refused(backup, nothing_is_cleared, settings):
    settings.LOG_DIR.mkdir()
    (settings.LOG_DIR / "tracking_user_7.log").touch()

    assert "There are logs already" in refusal("restore", backup)


@pytest.mark.postgresql
def test_a_database_with_tables_of_others_is_refused(backup, tmp_path):
    with installed(tmp_path / "data", migrated=False) as theirs:
        theirs.manage(
            "shell",
            "--no-imports",
            script="""
from django.db import connection
connection.cursor().execute("CREATE TABLE theirs (id int)")
""",
        )

        assert "tables that are not Chore's" in refusal_of(theirs, "restore", backup)


def test_a_place_that_was_migrated_and_not_lived_in_will_do(backup, tmp_path):
    with installed(tmp_path / "data") as fresh:
        assert "Clean: 2 children, 0 events." in fresh.manage("restore", str(backup))


def test_what_was_not_recorded_yet_comes_too(model_home, tmp_path):
    with (
        installed(tmp_path / "data", like=model_home[0]) as installation,
        installed(tmp_path / "there", migrated=False) as there,
    ):
        unrecorded = Path("logs", "unrecorded.log")
        (installation.data / unrecorded).parent.mkdir(exist_ok=True)
        (installation.data / unrecorded).write_text("CRITICAL tracking.unrecorded: {}\n")
        installation.manage("backup", str(tmp_path / "chore.zip"))

        there.manage("restore", str(tmp_path / "chore.zip"))

        assert (there.data / unrecorded).read_text() == "CRITICAL tracking.unrecorded: {}\n"


# Of an older version


def test_a_backup_of_an_older_version_is_brought_to_this_one(model_home, tmp_path):
    """By the way: every migration can be taken back."""
    with installed(tmp_path / "old", like=model_home[0]) as old, installed(tmp_path / "new", migrated=False) as new:
        old.manage("shell", "--no-imports", script=ACT + ALL_THE_WAY_BACK.format(file=str(tmp_path / "old.zip")))

        assert "Clean: 2 children, 1 events." in new.manage("restore", str(tmp_path / "old.zip"))
        new.manage("migrate", "--check")
