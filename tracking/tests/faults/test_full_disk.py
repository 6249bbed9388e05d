"""The disk of the database is full: acts are refused with 503, none is done by half, and once there is room they go on."""

import tempfile
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connections

from tracking.tests.faults.books import audit
from tracking.tests.faults.clusters import cluster
from tracking.tests.faults.disks import full, small_disk
from tracking.tests.faults.home import settle
from tracking.tests.faults.notes import note
from tracking.tests.faults.posting import post
from tracking.tests.installation import Installation, installed
from tracking.tests.live import running

ENOUGH = 3  # refusals in a row, after which it is believed that the disk is full
ROOMS = [0, *range(64 * 1024, 136 * 1024, 8 * 1024)]  # bytes: from too little to open SQLite to enough for some acts


class Tapper:
    """A parent who taps on, with and without keys, and asks again under its key for what was refused."""

    def __init__(self, server, home):
        self.server, self.home = server, home
        self.answers, self.keys, self.refused = [], [], []

    def tap(self, key):
        """Return whether it was done; refused is the only other thing it may be."""
        body = {"child": self.home.children[0]}
        answer = post(self.server.address, self.home.token, f"tasks/{self.home.task}/activate/", body, key=key)
        assert answer.status in {201, 503}, answer
        if answer.status == 503:
            self.refused += [key]
            return False
        self.answers += [answer]
        self.keys += [key] if key else []
        return True

    def tap_until_it_is_full(self, at_most):
        for under_a_key in (True, False):  # their INSERTs need room in other tables
            in_a_row = 0
            for _ in range(at_most):
                was_done = self.tap(str(uuid4()) if under_a_key else None)
                in_a_row = 0 if was_done else in_a_row + 1
                if in_a_row == ENOUGH:
                    break

    def ask_again(self):
        assert all(self.tap(key) for key in self.refused)


def live_through_it(installation, home, disk, *, rooms=(0,), at_most=200, mend=lambda: None):
    """Fill the disk under a server but for some bytes, make room again, and prove that nothing is lost."""
    with running(installation) as server:
        tapper = Tapper(server, home)
        assert tapper.tap("before")
        for room in rooms:
            with full(disk, but=room):
                tapper.tap_until_it_is_full(at_most)
        note(f"{len(tapper.answers)} acts until it was full, {len(tapper.refused)} refused")
        assert tapper.refused
        mend()
        tapper.ask_again()
        assert tapper.tap("after")
    note(replay_what_waits(installation))
    audit(installation, tapper.answers, keys=tapper.keys)


def replay_what_waits(installation):
    """There may have been room for an act and none for its event."""
    log = installation.data / "logs" / "unrecorded.log"
    return installation.manage("replay_tracking", *([f"--from={log}"] if log.exists() else []))


@pytest.mark.skipif(connections["default"].vendor != "sqlite", reason="PostgreSQL keeps its data elsewhere")
def test_sqlite_lives_through_it(model_home, tmp_path):
    model, home = model_home

    with small_disk(tmp_path / "disk", "2m") as disk, installed(disk / "data", like=model) as installation:
        live_through_it(installation, home, disk, rooms=ROOMS, at_most=10)


@pytest.mark.postgresql
def test_postgresql_lives_through_it(tmp_path):
    with tempfile.TemporaryDirectory(prefix="chore-") as folder:  # pytest's own is closed to who runs PostgreSQL
        Path(folder).chmod(0o755)
        with small_disk(Path(folder) / "disk", "96m") as disk, cluster(disk) as postgresql:
            installation = Installation(tmp_path / "data", postgresql.database_url)
            installation.manage("migrate", "--verbosity=0")

            live_through_it(installation, settle(installation), disk, mend=postgresql.revive)
