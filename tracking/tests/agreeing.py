"""Running a check after lives that hypothesis makes up. `CHORE_TEST_EXAMPLES` says how many."""

import os
from collections import Counter
from datetime import timedelta
from zoneinfo import ZoneInfo

import hypothesis.strategies as st
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, note, settings

from children import clock
from tracking.tests import plain_sums
from tracking.tests.lives import EVERYDAY, HOMES, RARE, SITE, Lives
from tracking.tests.questions import Questions

EXAMPLES = os.environ.get("CHORE_TEST_EXAMPLES")
SETTINGS = settings(
    max_examples=int(EXAMPLES or 4),
    deadline=None,
    derandomize=EXAMPLES is None,
    phases=[Phase.generate] if EXAMPLES is None else list(Phase),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],  # a life is long
)
BESIDE = timedelta(microseconds=1)
zones = st.sampled_from([*HOMES, SITE, "UTC"])
nth = st.integers(0, 9)  # counted from the newest
midnights = st.tuples(zones, st.sampled_from([-BESIDE, timedelta(), timedelta(), BESIDE]))
waits = st.one_of(
    st.sampled_from([timedelta(hours=hours) for hours in (0, 0, 1, 5, 11, 19)]),
    midnights,
    midnights,
    st.sampled_from([timedelta(days=days) for days in (1, 2, 4, 9, 31)]),
)
pauses = st.sampled_from([timedelta(days=days) for days in (3, 70, 500)])  # once in a life
steps = st.tuples(waits, st.sampled_from(EVERYDAY * 6 + RARE), st.sampled_from([*HOMES]), nth, nth)
lives = st.tuples(st.lists(steps, min_size=50, max_size=80), pauses)


class Afterwards:
    """When a life is over: all that ever happened, what the trail still has of it, and who asks."""

    def __init__(self, lives, purged):
        everything = plain_sums.rows_now()
        if purged is not None:
            lives.purge(everything[purged % len(everything)]["occurred_at"])
        self.lives, self.rows = lives, plain_sums.rows_now()
        self.history = plain_sums.History(everything, self.rows)

    def balance(self, question, then=None):
        """Of the one child, at the end of the time that was asked for or before `then`; None without one."""
        ends = [moment for moment in (question.before, then) if moment is not None]
        return question.child_id and self.history.balance(question.child_id, min(ends, default=None))


def after_each_life(*checks):
    """Have each `check(afterwards, questions)` say what it saw. Returns how often, of all lives."""
    seen = Counter()

    @SETTINGS
    @given(lives, st.integers(0, 12) | st.none(), st.randoms(use_true_random=True))
    def run(life, purged, random):
        note(f"{life=}, {purged=}")
        lives = Lives()
        try:
            lives.live(life)
            afterwards = Afterwards(lives, purged)
            with clock.pretend(lives.now), timezone.override(ZoneInfo(SITE)):
                for check in checks:
                    seen.update(check(afterwards, Questions(random, afterwards)))
        finally:
            lives.clear()

    run()
    return seen
