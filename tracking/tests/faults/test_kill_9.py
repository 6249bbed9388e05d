"""`kill -9` of the server at random points of several hundred acts."""

import os
from time import sleep

from tracking.tests.faults.books import answers_of, audit, tally
from tracking.tests.faults.crowd import crowd
from tracking.tests.faults.posting import post

KILLS = int(os.environ.get("CHORE_TEST_KILLS") or 8)
ACTS = min(500, 30 * KILLS)
LONGEST = max(0.3, 12 / KILLS)  # seconds between two, so that a few are spread over the acts too


def strike(server, dice):
    """Kill it after a random moment, now and then once more while it starts, and start it again. Returns how often it was killed."""
    sleep(dice.uniform(0, LONGEST))
    server.kill()
    again = dice.random() < 0.2
    if again:
        server.launch()
        sleep(dice.uniform(0, 0.6))
        server.kill()
    server.start()
    return 1 + again


def test_nothing_that_was_answered_is_lost_and_nothing_is_done_twice(installation, home, server, dice):
    kills = 0
    with crowd(home, server, dice=dice, at_least=ACTS) as members:
        while kills < KILLS:
            kills += strike(server, dice)

    answers = answers_of(members)
    tally(members, kills=kills)
    assert len(answers) >= ACTS
    moves = {key: move for member in members for key, move in member.moves.items()}
    for key in dice.sample(sorted(answers), 20):
        first, again = answers[key], post(server.address, home.token, *moves[key], key=key)
        assert (again.is_replay, again.status, again.body) == (True, first.status, first.body)
    audit(installation, answers.values(), keys=answers)
