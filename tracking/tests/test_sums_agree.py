"""Whatever families did, each summary, chart and export comes to what the trail itself comes to, added up in plain Python.

Each example is a life of two families and questions about it, made up by hypothesis. They are few, and always the same;
`CHORE_TEST_EXAMPLES=300 pytest tracking/tests/test_sums_agree.py` tries that many, others each time, and takes minutes to make a
life short that went wrong.
"""

import pytest

from tracking.tests.agreeing import after_each_life
from tracking.tests.sums_of_api import hold_api
from tracking.tests.sums_of_site import hold_site

USUAL = {
    *("day", "week", "month", "a balance", "a balance that is not known", "no events", "rows"),
    *("list of nothing", "list of acts", "list of points", "points beside some acts only", "days", "weeks or months"),
    *("child", "today"),
}


@pytest.mark.django_db
def test_every_sum_is_the_trails_own():
    seen = after_each_life(hold_api, hold_site)

    assert not USUAL - seen.keys(), "the examples are too few: nothing of this happened"
