from datetime import UTC, datetime

import pytest
from django.utils import timezone

from children import clock
from children.services.activations import activate
from children.services.children import remove_child
from tracking.admin.event import TrackingEventAdmin
from tracking.models import TrackingEvent

LIST = "/admin/tracking/trackingevent/"
HUGE = str(10**30)


@pytest.fixture
def trail(parent, child, sibling, task, penalty):
    """A task at noon of each of five days for the child, and a penalty in the evening of the last for its sibling."""
    for day in range(1, 6):
        with clock.pretend(datetime(2026, 3, day, 12, tzinfo=UTC)):
            activate(entity=task, child=child, by=parent)
    with clock.pretend(datetime(2026, 3, 5, 23, 30, tzinfo=UTC)):
        activate(entity=penalty, child=sibling, by=parent)


def days(response):
    return [event.occurred_at.day for event in response.context["cl"].result_list]


def said(response):
    return " ".join(str(message) for message in response.context["messages"])


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, [5, 5, 4, 3, 2, 1]),
        ({"from": "2026-03-04"}, [5, 5, 4]),
        ({"to": "2026-03-02"}, [2, 1]),
        ({"from": "2026-03-02", "to": "2026-03-03"}, [3, 2]),
        ({"from": "2026-03-05", "to": "2026-03-05"}, [5, 5]),
        ({"from": "", "to": "", "child_id": ""}, [5, 5, 4, 3, 2, 1]),
        ({"entity_type": "penalty"}, [5]),
        ({"entity_type": "reward"}, []),
        ({"action": "cancelled"}, []),
        ({"entity_type": "task", "action": "activated", "from": "2026-03-05"}, [5]),
        ({"child_id": HUGE[:10]}, []),
    ],
)
def test_filters_narrow_the_trail_and_combine(site, trail, query, expected):
    response = site.get(LIST, query)

    assert days(response) == expected
    assert said(response) == ""


def test_the_trail_of_one_child_is_found_by_its_number_also_when_it_is_gone(site, trail, sibling):
    remove_child(child=sibling, by=None)

    response = site.get(LIST, {"child_id": sibling.pk})

    assert days(response) == [5]
    assert f"removed child {sibling.pk}" in response.text


def test_days_are_those_of_the_sites_time_zone(site, trail):
    with timezone.override("Asia/Tokyo"):
        response = site.get(LIST, {"from": "2026-03-06"})

    assert days(response) == [5]  # half past eleven in the evening, in UTC
    assert "day (Asia/Tokyo)" in response.text
    assert "2026-03-06 08:30:00" in response.text


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ({"from": "2026-99-99"}, "From"),
        ({"from": "junk"}, "From"),
        ({"from": "0001-01-01"}, "From"),
        ({"to": "9999-12-31"}, "To"),
        ({"to": "2026-02-30"}, "To"),
        ({"from": "2026-03-05", "to": "2026-03-04"}, "ends before it starts"),
        ({"child_id": "abc"}, "Number"),
        ({"child_id": "0"}, "Number"),
        ({"child_id": "-1"}, "Number"),
        ({"child_id": "1.5"}, "Number"),
        ({"child_id": HUGE}, "Number"),
        ({"child_id": "9" * 5000}, "Number"),
        ({"entity_type": "junk"}, "type"),
        ({"entity_type": ""}, "type"),
        ({"action": "junk"}, "action"),
        ({"action": ["activated", "junk"]}, "action"),
        ({"child_id": "abc", "from": "junk", "action": "junk"}, "Number"),
    ],
)
def test_a_filter_that_makes_no_sense_shows_nothing_and_says_why(site, trail, query, named):
    response = site.get(LIST, query)

    assert response.status_code == 200
    assert days(response) == []
    assert named in said(response)


@pytest.mark.parametrize("name", ["from", "to", "child_id", "entity_type", "action"])
def test_nul_is_refused(site, trail, name):
    assert site.get(f"{LIST}?{name}=%00").status_code == 400


@pytest.mark.parametrize(
    "query",
    ["metadata__contains=x", "metadata__x__y=1", "id__regex=(", "user__password=x", f"points_before__gt={HUGE}"],
)
def test_any_other_parameter_is_left_out(site, trail, query):
    response = site.get(f"{LIST}?{query}", follow=True)

    assert response.status_code in {200, 400}
    assert response.status_code == 400 or "There is no filter" in said(response)


def test_filters_survive_the_next_page_and_each_other(site, trail, child, monkeypatch):
    monkeypatch.setattr(TrackingEventAdmin, "list_per_page", 2)
    query = {"from": "2026-03-02", "entity_type": "task", "child_id": child.pk}

    first = site.get(LIST, query)
    second = site.get(LIST, {**query, "p": 2})

    assert (days(first), days(second)) == ([5, 4], [3, 2])
    assert f"?child_id={child.pk}&amp;entity_type=task&amp;from=2026-03-02&amp;p=2" in first.text
    assert f'?action=cancelled&amp;child_id={child.pk}&amp;entity_type=task&amp;from=2026-03-02"' in second.text
    assert '<input type="hidden" name="entity_type" value="task">' in first.text
    assert '<input type="hidden" name="from" value="2026-03-02">' in first.text


def test_a_page_past_the_end_leads_back(site, trail, monkeypatch):
    monkeypatch.setattr(TrackingEventAdmin, "list_per_page", 2)

    assert site.get(LIST, {"p": HUGE}).url == f"{LIST}?e=1"


def test_values_are_shown_again_escaped(site, trail):
    page = site.get(LIST, {"from": '"><script>x', "child_id": '"><script>y', "action": '"><script>z'}).text

    assert "<script>x" not in page
    assert "<script>y" not in page
    assert "<script>z" not in page


def test_no_filter_asks_the_database_for_its_choices(site, trail, django_assert_num_queries):
    with django_assert_num_queries(6):
        site.get(LIST, {"entity_type": "task", "action": "activated", "from": "2026-03-01", "to": "2026-03-09"})

    assert TrackingEvent.objects.count() == 6
