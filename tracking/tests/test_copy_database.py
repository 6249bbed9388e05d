"""`copy_database`, from the kind of database that pytest runs on to SQLite and back."""

import sqlite3
from contextlib import closing

import pytest

from tracking.tests.installation import Installation, installed
from tracking.tests.test_backup import ACT, refusal, refusal_of, used

LIFE = (
    ACT
    + """
from django.contrib.auth.models import Group
from children.services.children import remove_child
from rewards.models import Reward
from rewards.services.requests import redeem_reward, refund_request, request_reward

for _ in range(4):
    activate(entity=Task.objects.get(), child=Child.objects.first(), by=User.objects.get(username="parent"))
child, by = Child.objects.first(), User.objects.get(username="parent")
request_reward(reward=Reward.objects.first(), child=child, by=by)
refund_request(request=redeem_reward(reward=Reward.objects.last(), child=child, by=by)[0], by=by)
remove_child(child=Child.objects.last(), by=by)
Group.objects.create(name="Gone").delete()
"""
)


@pytest.fixture
def old(model_home, tmp_path):
    """An installation in which something has happened, and something is gone."""
    with installed(tmp_path / "old", like=model_home[0]) as old:
        old.manage("shell", "--no-imports", script=LIFE)
        yield old


def url_of(installation):
    return installation.database_url or f"sqlite:///{installation.data / 'db.sqlite3'}"


EVENTS_AND_LAST_IDS = """
import json
from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from tracking.backups.dialects import dialect_of
from tracking.models import TrackingEvent

events = [event.to_dict() for event in TrackingEvent.objects.order_by("id")]
tables = [model._meta.db_table for model in apps.get_models(include_auto_created=True) if model._meta.auto_field]
tables.remove("tracking_verification")  # the command makes one
with connection.cursor() as cursor:
    ids = {table: dialect_of(connection).last_id(cursor, table) for table in tables}
print(json.dumps([events, ids], cls=DjangoJSONEncoder))
"""


def test_from_one_kind_to_the_other_and_back_it_is_the_same_trail(old, tmp_path):
    """Counts, sums and the proof of the trail are the command's own; here: the events, and the ids that come next."""
    before = old.tell(EVENTS_AND_LAST_IDS)
    assert len(before[0]) == 8

    there = Installation(tmp_path / "there")  # in SQLite
    told = there.manage("copy_database", url_of(old))

    assert "8 events of 2 children: 30 tables with the same counts and sums.\nClean: 2 children, 8 events.\n" in told
    assert there.tell(EVENTS_AND_LAST_IDS) == before
    with installed(tmp_path / "back", migrated=False) as back:
        told = back.manage("copy_database", url_of(there))

        assert "Clean: 2 children, 8 events.\n" in told
        assert back.tell(EVENTS_AND_LAST_IDS) == before
        back.manage("shell", "--no-imports", script=ACT)


# What it refuses


@pytest.fixture
def empty(tmp_path):
    with installed(tmp_path / "empty", migrated=False) as empty:
        yield empty


def test_a_database_in_which_somebody_lives_is_refused_and_stays_as_it_is(old, tmp_path):
    assert "This database is in use" in refusal_of(old, "copy_database", url_of(old))
    assert "Clean: 2 children, 8 events." in old.manage("verify_tracking")


@pytest.mark.once
@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("sqlite:////nowhere/db.sqlite3", "There is no database"),
        ("mysql://somebody@nowhere/chore", "Only sqlite:// and postgres://"),
        ("nonsense", "Not a database URL"),
    ],
)
def test_what_is_no_database_is_refused(url, why):
    assert why in refusal("copy_database", url)


@pytest.mark.once
@pytest.mark.parametrize("url", ["postgres://nobody@127.0.0.1:1/", f"sqlite:///{__file__}?theirs=1"])
def test_nor_one_that_cannot_be_connected_to(empty, url):
    assert "Not copied: Not a database URL" in refusal_of(empty, "copy_database", url)


@pytest.mark.once
def test_one_that_does_not_answer_is_refused(empty):
    nobody = "postgres://nobody@127.0.0.1:1/chore?connect_timeout=1"

    assert "Not copied: connection failed" in refusal_of(empty, "copy_database", nobody)


@pytest.mark.once
def test_another_version_is_refused(old, empty):
    old.manage("migrate", "tracking", "0005", "--verbosity=0")

    assert "of an older version of Chore: migrate it first. It has no tracking.0006" in refusal_of(
        empty, "copy_database", url_of(old)
    )


LATER = """
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
MigrationRecorder(connection).record_applied("tracking", "0999_later")
"""


@pytest.mark.once
def test_nor_into_a_newer_one(old, tmp_path):
    with installed(tmp_path / "newer") as newer:
        newer.manage("shell", "--no-imports", script=LATER)

        assert "This database is of a newer version of Chore" in refusal_of(newer, "copy_database", url_of(old))


def test_while_either_is_used_by_others_nothing_is_copied(old, empty):
    with used(old):
        assert "Nobody else may use the database" in refusal_of(empty, "copy_database", url_of(old))
    with used(empty):
        assert "Nobody else may use the database" in refusal_of(empty, "copy_database", url_of(old))
    assert "Clean: 2 children, 8 events." in empty.manage("copy_database", url_of(old))  # it is empty still


@pytest.mark.once
def test_what_stays_behind_is_named(old, empty):
    with closing(sqlite3.connect(old.data / "db.sqlite3")) as theirs:
        theirs.executescript("CREATE TABLE theirs (id int)")

    told = empty.manage("copy_database", url_of(old))

    assert "Left behind, as no tables of Chore's: theirs.\n" in told
