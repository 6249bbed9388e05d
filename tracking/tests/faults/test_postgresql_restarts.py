"""PostgreSQL is restarted under load, politely and not: acts are done or refused with 503, and no answer is taken back."""

import tempfile
from pathlib import Path
from time import sleep

import pytest

from tracking.tests.faults.books import answers_of, audit, tally
from tracking.tests.faults.clusters import cluster
from tracking.tests.faults.crowd import crowd
from tracking.tests.faults.home import settle
from tracking.tests.installation import Installation
from tracking.tests.live import running

pytestmark = pytest.mark.postgresql

ACTS = 120
RESTARTS = ["fast", "immediate"] * 3


def test_nothing_that_was_answered_is_lost_and_nothing_is_done_twice(tmp_path, dice):
    with tempfile.TemporaryDirectory(prefix="chore-") as folder, cluster(Path(folder)) as postgresql:
        installation = Installation(tmp_path / "data", postgresql.database_url)
        installation.manage("migrate", "--verbosity=0")
        home = settle(installation)

        with running(installation) as server, crowd(home, server, dice=dice, at_least=ACTS) as members:
            for mode in RESTARTS:
                sleep(dice.uniform(0, 1))
                postgresql.restart(mode)

        answers = answers_of(members)
        tally(members, restarts=len(RESTARTS))
        audit(installation, answers.values(), keys=answers)
