"""`backup` and `restore`: what they refuse, and that a refusal loses nothing. While acts go on: `faults/test_backup.py`."""

import errno
import fcntl
import json
import os
import re
import shutil
import sqlite3
import zipfile
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.core.management.utils import get_random_secret_key
from django.db import connection

from children import clock
from children.management.plain import IMPOSSIBLE
from tracking.backups import restoring
from tracking.backups.archive import writing
from tracking.backups.backing_up import _both
from tracking.backups.dialects import dialect_of
from tracking.backups.errors import BackupError
from tracking.backups.place import refuse_inhabited_database
from tracking.models import UnrecordedEvent
from tracking.tests.faults.disks import small_disk
from tracking.tests.installation import installed
from tracking.tests.live import SERVE, running

ACT = """
import json
from children.models import Child, Task, User
from children.services.activations import activate
activate(entity=Task.objects.get(), child=Child.objects.first(), by=User.objects.get(username="parent"))
"""

LAST_EVENT = "from tracking.models import TrackingEvent; print(TrackingEvent.objects.latest('id').id)"

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
    return path


def altered(backup, path, name, change):
    """A backup with another content of one of its files."""
    with zipfile.ZipFile(backup) as file:
        members = {member: file.read(member) for member in file.namelist()}
    return zipped(path, {**members, name: change(members[name])})


@pytest.fixture
def nothing_is_loaded(monkeypatch):
    """In this process it would be into pytest's own database."""
    monkeypatch.setattr(dialect_of(connection), "load", lambda *_: pytest.fail("it went on"))


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
        database = {"sqlite": "db.sqlite3", "postgresql": "database.sql"}[connection.vendor]
        assert set(file.namelist()) == {database, "secret_key", "manifest.json"}
    assert told["database"] == connection.vendor
    assert (told["tally"]["children_child"], told["tally"]["tracking_trackingevent"]) == (2, 0)


def test_a_file_that_is_there_stays(backup, model_home):
    before = backup.read_bytes()

    assert "is there already" in refusal_of(model_home[0], "backup", backup)
    assert backup.read_bytes() == before


@pytest.mark.once
def test_nor_is_one_touched_that_has_come_meanwhile(tmp_path):
    file = tmp_path / "chore.zip"

    with pytest.raises(BackupError, match="is there already"), writing(file):
        file.write_text("theirs")

    assert [*tmp_path.iterdir()] == [file]
    assert file.read_text() == "theirs"


@pytest.mark.once
@pytest.mark.parametrize("module", [os, fcntl])
def test_a_mount_without_links_or_locks_will_do(module, tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError(errno.EOPNOTSUPP, "Operation not supported")

    monkeypatch.setattr(module, {os: "link", fcntl: "flock"}[module], refuse)
    with writing(tmp_path / "chore.zip"):
        pass
    with pytest.raises(BackupError, match="is there already"), writing(tmp_path / "other.zip"):
        (tmp_path / "other.zip").write_text("theirs")

    assert {*tmp_path.iterdir()} == {tmp_path / "chore.zip", tmp_path / "other.zip"}
    assert (tmp_path / "other.zip").read_text() == "theirs"


@pytest.mark.once
def test_what_one_has_left_that_was_killed_goes_and_what_another_one_writes_stays(tmp_path):
    file = tmp_path / "chore.zip"
    left = [tmp_path / f".chore.zip.{name}.draft" for name in ("killed", "other")]
    for draft in left:
        draft.touch()

    with left[1].open() as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with writing(file):
            pass

    assert {*tmp_path.iterdir()} == {file, left[1]}


@pytest.mark.once
def test_a_key_of_the_environment_is_not_in_it_and_it_says_so(model_home, tmp_path):
    installation = model_home[0].with_variables(CHORE_SECRET_KEY=get_random_secret_key())

    told = installation.manage("backup", str(tmp_path / "chore.zip"))

    assert "The key is not in it, as it is that of CHORE_SECRET_KEY: keep it too." in told
    assert "secret_key" not in zipfile.ZipFile(tmp_path / "chore.zip").namelist()


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


WHILE_A_MIGRATION_WAITS = """
import threading

import psycopg
from django.core.management import call_command
from tracking.backups import postgresql
from tracking.backups.manifest import Manifest

see = Manifest.of

def migrate():
    with psycopg.connect({url!r}) as other:
        other.execute("LOCK TABLE children_child IN ACCESS EXCLUSIVE MODE")

def see_and_let_it_wait(database, **when):
    seen = see(database, **when)
    threading.Thread(target=migrate).start()
    with psycopg.connect({url!r}, autocommit=True) as other:
        while not other.execute("SELECT 1 FROM pg_locks WHERE NOT granted").fetchone():
            pass
    return seen

Manifest.of = see_and_let_it_wait
postgresql.DUMP = [part.replace(postgresql.PATIENCE, "50ms") for part in postgresql.DUMP]
call_command("backup", {file!r})
"""


@pytest.mark.postgresql
def test_it_does_not_wait_for_ever_behind_a_migration_that_waits_for_it(model_home, tmp_path):
    installation, file = model_home[0], tmp_path / "chore.zip"

    script = WHILE_A_MIGRATION_WAITS.format(url=installation.database_url, file=str(file))
    assert "LOCK TABLE public.children_child" in refusal_of(installation, "shell", "--no-imports", "--command", script)
    assert list(tmp_path.iterdir()) == []


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
        ({"manifest.json": "[" * 200_000}, "manifest cannot be read"),
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
def test_what_is_no_backup_for_here_is_refused_before_anything_is_touched(content, why, nothing_is_loaded, tmp_path):
    file = tmp_path / "backup.zip"
    if isinstance(content, bytes):
        file.write_bytes(content)
    else:
        zipped(file, content)

    assert why in refusal("restore", file)


@pytest.mark.once
def test_one_that_is_not_there_is_refused(nothing_is_loaded, tmp_path):
    assert "No such file" in refusal("restore", tmp_path / "backup.zip")


@pytest.mark.once
@pytest.mark.parametrize(
    "spoil",
    [
        lambda whole: whole[: len(whole) // 2],
        lambda whole: whole[:5000] + b"\0" * 9 + whole[5009:],
        lambda whole: whole[:60] + b"\xff" * 9 + whole[69:],  # where what is compressed begins
    ],
)
def test_a_torn_or_damaged_one_is_refused(backup, spoil, nothing_is_loaded, tmp_path):
    torn = tmp_path / "torn.zip"
    torn.write_bytes(spoil(backup.read_bytes()))

    assert re.search("not whole|not as it was written", refusal("restore", torn))


# Where it goes to


def test_a_place_where_somebody_lives_is_refused_and_stays_as_it_is(backup, model_home, tmp_path):
    with installed(tmp_path / "data", like=model_home[0]) as inhabited:
        assert "This database is in use, children_" in refusal_of(inhabited, "restore", backup)
        inhabited.manage("verify_tracking")


@contextmanager
def used(installation):
    """By somebody who does nothing just now."""
    url = installation.database_url
    with psycopg.connect(url) if url else closing(sqlite3.connect(installation.data / "db.sqlite3")) as somebody:
        somebody.execute("SELECT count(*) FROM children_user")
        yield


def test_one_that_is_served_is_refused_and_its_key_stays(backup, tmp_path):
    with installed(tmp_path / "data") as fresh, running(fresh, SERVE):  # which nobody asks for anything
        key = (fresh.data / "secret_key").read_bytes()
        assert "Nobody else may use the database, stop its server first" in refusal_of(fresh, "restore", backup)
        assert (fresh.data / "secret_key").read_bytes() == key


@pytest.mark.once
def test_one_in_which_an_event_is_still_to_be_recorded_is_refused(db):
    refuse_inhabited_database()  # which it is not, with all that migrate fills

    UnrecordedEvent.objects.create(child_id=1, sequence=1, event={}, created_at=clock.now())

    with pytest.raises(BackupError, match="in use, tracking_unrecordedevent has rows"):
        refuse_inhabited_database()


@pytest.mark.once
@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("tracking_user_7.log", "There are logs already"),
        ("unrecorded.log", "events that are still to be recorded already"),
    ],
)
def test_a_folder_with_logs_of_others_is_refused(name, why, backup, tmp_path):
    with installed(tmp_path / "data", migrated=False) as there:
        log = there.data / "logs" / name
        log.parent.mkdir(parents=True)
        log.write_text("{}\n")

        assert why in refusal_of(there, "restore", backup)
        assert log.read_text() == "{}\n"


@pytest.mark.postgresql
def test_what_others_have_made_on_its_tables_is_not_dropped(backup, tmp_path):
    with installed(tmp_path / "data") as fresh, psycopg.connect(fresh.database_url, autocommit=True) as theirs:
        theirs.execute("CREATE VIEW children_of_ours AS SELECT * FROM children_child")
        theirs.close()

        assert "view children_of_ours depends on table children_child" in refusal_of(fresh, "restore", backup)
        fresh.manage("check", "--database", "default")


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


@pytest.mark.once
def test_the_journal_of_one_that_was_killed_does_not_come_over_the_next(backup, tmp_path):
    with installed(tmp_path / "data", migrated=False) as there:
        there.data.mkdir()
        with closing(sqlite3.connect(tmp_path / "killed", isolation_level=None)) as killed:
            killed.executescript("PRAGMA cache_size = 1; CREATE TABLE big AS SELECT hex(zeroblob(9999)) AS x")
            killed.executescript(
                "INSERT INTO big SELECT x FROM big, json_each('[1,2,3,4,5,6,7,8,9]'); BEGIN; UPDATE big SET x = lower(x) || 1"
            )
            shutil.copy(tmp_path / "killed-journal", there.data / "backup_draft.sqlite3-journal")

        assert "Clean: 2 children, 0 events." in there.manage("restore", str(backup))


@pytest.mark.once
@pytest.mark.parametrize(
    ("before", "after", "both"), [("1\n", "1\n2\n", "1\n2\n"), ("1\n", "", "1\n\n"), ("", "2\n", "2\n"), ("", "", "")]
)
def test_what_is_replayed_and_removed_meanwhile_comes_too(before, after, both):
    assert _both(before.encode(), after.encode()) == both.encode()


@pytest.mark.once
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


# What fails on the way


def of_another(content):
    told = json.loads(content)
    return json.dumps({**told, "tally": {**told["tally"], "children_child": 3}, "migrations": told["migrations"][1:]})


def test_where_it_is_not_as_it_was_nothing_is_restored(backup, tmp_path):
    other = altered(backup, tmp_path / "other.zip", "manifest.json", of_another)
    with installed(tmp_path / "data") as there:
        key = (there.data / "secret_key").read_bytes()

        told = refusal_of(there, "restore", other)
        assert (
            "Not restored: What was restored is not what was backed up: children_child was 3, and is 2; its mig" in told
        )
        assert (there.data / "secret_key").read_bytes() == key
        there.manage("check", "--database", "default")  # what `migrate` has made is there
        assert "Clean: 2 children, 0 events." in there.manage("restore", str(backup))


@pytest.mark.postgresql
def test_what_only_psql_or_a_newer_server_understands_is_passed_over(backup, tmp_path):
    newer = b"\\restrict a1B2\nSET transaction_timeout = 0;\nCREATE EXTENSION nowhere;\n%s\\unrestrict a1B2\n"
    other = altered(backup, tmp_path / "other.zip", "database.sql", lambda script: newer % script)
    with installed(tmp_path / "data", migrated=False) as there:
        assert "Clean: 2 children, 0 events." in there.manage("restore", str(other))


@pytest.mark.once
def test_a_database_of_other_pages_is_restored_too(model_home, tmp_path):
    with installed(tmp_path / "old", like=model_home[0]) as old, installed(tmp_path / "new") as new:
        with closing(sqlite3.connect(old.data / "db.sqlite3")) as database:
            database.executescript("PRAGMA journal_mode = DELETE; PRAGMA page_size = 8192; VACUUM")
        old.manage("backup", str(tmp_path / "chore.zip"))

        assert "Clean: 2 children, 0 events." in new.manage("restore", str(tmp_path / "chore.zip"))


TERMINATED = """
import os
import signal

from django.core.management import call_command
from tracking.backups.manifest import Manifest

def see(connection, made_at):
    try:
        os.kill(os.getpid(), signal.{signal})
    finally:
        os.kill(os.getpid(), signal.{signal})

Manifest.of = see
call_command("backup", {file!r})
"""


@pytest.mark.once
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_one_that_is_told_to_stop_leaves_nothing(name, model_home, tmp_path):
    script = TERMINATED.format(signal=name, file=str(tmp_path / "chore.zip"))

    assert "Stopped." in refusal_of(model_home[0], "shell", "--no-imports", "--command", script)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.once
@pytest.mark.parametrize("error", [OSError(28, "No space left"), CommandError("a conflict"), ValueError()])
def test_what_fails_once_the_database_is_there_is_told(error, backup, monkeypatch):
    def migrate(*_, **__):
        raise error

    monkeypatch.setattr(dialect_of(connection), "load", lambda *_: None)
    monkeypatch.setattr(restoring, "call_command", migrate)

    assert f"Restored, but not finished: {str(error) or repr(error)}. Mend that" in refusal("restore", backup)


STOPPED_BEFORE_LOGS = """
from django.core.management import call_command
from tracking.backups import restoring

def write_logs(progress):
    raise KeyboardInterrupt

restoring._write_logs = write_logs
call_command("restore", {file!r})
"""


@pytest.mark.once
def test_what_fails_once_the_database_is_there_can_be_finished(backup, tmp_path):
    with installed(tmp_path / "data", migrated=False) as there:
        script = STOPPED_BEFORE_LOGS.format(file=str(backup))
        told = refusal_of(there, "shell", "--no-imports", "--command", script)

        assert "Restored, but not finished: it was stopped. Mend that, and finish it" in told
        for command in ("migrate", "rebuild_audit_log", "verify_tracking"):
            assert command in told
            told_then = there.manage(command)
        assert "Clean: 2 children, 0 events." in told_then
        assert there.tell(ACT + LAST_EVENT) > 1_000_000


# Of an older version


def test_a_backup_of_an_older_version_is_brought_to_this_one(model_home, tmp_path):
    """By the way: every migration can be taken back."""
    with installed(tmp_path / "old", like=model_home[0]) as old, installed(tmp_path / "new", migrated=False) as new:
        old.manage("shell", "--no-imports", script=ACT + ALL_THE_WAY_BACK.format(file=str(tmp_path / "old.zip")))

        assert "Clean: 2 children, 1 events." in new.manage("restore", str(tmp_path / "old.zip"))
        new.manage("migrate", "--check")
