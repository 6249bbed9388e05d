"""Two servers on one database, as at a change of versions, or where one process is not enough."""

from tracking.tests.faults.books import answers_of, audit, tally
from tracking.tests.faults.crowd import crowd
from tracking.tests.live import running

ACTS = 120


def test_two_processes_on_one_database_keep_one_trail(installation, home, server, dice):
    with running(installation) as other, crowd(home, server, other, dice=dice, at_least=ACTS) as members:
        pass

    answers = answers_of(members)
    tally(members)
    assert sum(member.retries for member in members) == 0
    audit(installation, answers.values(), keys=answers)
