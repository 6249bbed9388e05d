"""A client that is impatient: the same request many times at once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from tracking.tests.faults.books import audit
from tracking.tests.faults.posting import PATIENCE, post

TIMES = 20


def at_once(server, home, key):
    """Post one request TIMES at once, and return the answers."""
    start = Barrier(TIMES, timeout=PATIENCE)

    def ask():
        start.wait()
        body = {"child": home.children[0]}
        return post(server.address, home.token, f"tasks/{home.task}/activate/", body, key=key)

    with ThreadPoolExecutor(TIMES) as pool:
        return [asked.result() for asked in [pool.submit(ask) for _ in range(TIMES)]]


def test_20_posts_under_one_key_are_one_act_with_20_equal_answers(installation, home, server):
    answers = at_once(server, home, "tap")

    assert {(answer.status, answer.body) for answer in answers} == {(201, answers[0].body)}
    assert [answer.is_replay for answer in answers].count(True) == TIMES - 1
    audit(installation, answers[:1], keys=["tap"])


def test_20_posts_without_a_key_are_20_acts(installation, home, server):
    answers = at_once(server, home, None)

    assert [answer.status for answer in answers] == [201] * TIMES
    assert not any(answer.is_replay for answer in answers)
    audit(installation, answers)
