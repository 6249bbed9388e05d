from datetime import UTC, datetime

import pytest
from django.utils import timezone

from children import clock
from children.services.accounts import delete_user
from children.services.activations import activate
from children.services.children import remove_child
from children.tests.factories import make_child
from tracking.admin.event import TrackingEventAdmin
from tracking.admin.filters import QuickRanges, fields
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
        ({"from": "", "to": "", "child": "", "family": ""}, [5, 5, 4, 3, 2, 1]),
        ({"entity_type": "penalty"}, [5]),
        ({"entity_type": "reward"}, []),
        ({"action": "cancelled"}, []),
        ({"entity_type": "task", "action": "activated", "from": "2026-03-05"}, [5]),
        ({"child": HUGE[:10]}, []),
    ],
)
def test_filters_narrow_the_trail_and_combine(site, trail, query, expected):
    response = site.get(LIST, query)

    assert days(response) == expected
    assert said(response) == ""


def test_the_trail_of_one_child_is_found_by_its_number_also_when_it_is_gone(site, trail, sibling):
    remove_child(child=sibling, by=None)

    response = site.get(LIST, {"child": sibling.pk})

    assert days(response) == [5]
    assert f"removed child {sibling.pk}" in response.text


def test_days_are_those_of_the_sites_time_zone(site, trail):
    with timezone.override("Asia/Tokyo"):
        response = site.get(LIST, {"from": "2026-03-06"})

    assert days(response) == [5]  # half past eleven in the evening, in UTC
    assert "From (Asia/Tokyo)" in response.text
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
        ({"child": "abc"}, "Nobody has that name"),
        ({"family": "abc"}, "Nobody has that name"),
        ({"family": "0"}, "number"),
        ({"anonymized": "false"}, "who"),
        ({"child": "0"}, "number"),
        ({"child": "-1"}, "Nobody has that name"),
        ({"child": "1.5"}, "Nobody has that name"),
        ({"child": HUGE}, "number"),
        ({"child": "9" * 5000}, "number"),
        ({"entity_type": "junk"}, "type"),
        ({"entity_type": ""}, "type"),
        ({"action": "junk"}, "action"),
        ({"action": ["activated", "junk"]}, "action"),
        ({"child": "abc", "from": "junk", "action": "junk"}, "Nobody"),
    ],
)
def test_a_filter_that_makes_no_sense_shows_nothing_and_says_why(site, trail, query, named):
    response = site.get(LIST, query)

    assert response.status_code == 200
    assert days(response) == []
    assert named in said(response)


@pytest.mark.parametrize("name", ["from", "to", "child", "family", "entity_type", "action"])
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
    query = {"from": "2026-03-02", "entity_type": "task", "child": child.pk}

    first = site.get(LIST, query)
    second = site.get(LIST, {**query, "p": 2})

    assert (days(first), days(second)) == ([5, 4], [3, 2])
    assert f"?child={child.pk}&amp;entity_type=task&amp;from=2026-03-02&amp;p=2" in first.text
    assert f'?action=cancelled&amp;child={child.pk}&amp;entity_type=task&amp;from=2026-03-02"' in second.text
    assert '<input type="hidden" name="entity_type" value="task">' in first.text
    assert '<input type="date" name="from" value="2026-03-02" id="id_from">' in first.text


def test_a_page_past_the_end_leads_back(site, trail, monkeypatch):
    monkeypatch.setattr(TrackingEventAdmin, "list_per_page", 2)

    assert site.get(LIST, {"p": HUGE}).url == f"{LIST}?e=1"


def test_values_are_shown_again_escaped(site, trail):
    page = site.get(LIST, {"from": '"><script>x', "child": '"><script>y', "action": '"><script>z'}).text

    assert "<script>x" not in page
    assert "<script>y" not in page
    assert "<script>z" not in page


def test_no_filter_asks_the_database_for_its_choices(site, trail, django_assert_num_queries):
    with django_assert_num_queries(10):  # the days are past: nothing comes, nobody asks for the family
        site.get(LIST, {"entity_type": "task", "action": "activated", "from": "2026-03-01", "to": "2026-03-09"})

    assert TrackingEvent.objects.count() == 6


@pytest.mark.parametrize("name", ["Byron", "byr", "YRO"])
def test_a_child_is_found_by_a_part_of_its_name(site, trail, name):
    assert days(site.get(LIST, {"child": name})) == [5]


def test_capitals_do_not_matter_in_any_alphabet(site, trail, family, task):
    activate(entity=task, child=make_child(family, "Ärmel ΣΟΦΙΑ"), by=None)

    assert len(days(site.get(LIST, {"child": "ärmel σοφια"}))) == 1


def test_all_who_have_that_name_are_found(site, trail, strangers_family, strangers_task):
    other = make_child(strangers_family, "Ada Augusta")
    activate(entity=strangers_task, child=other, by=None)

    found = site.get(LIST, {"child": "Ada"}).context["cl"].result_list

    assert [event.child_id == other.pk for event in found] == [True, *[False] * 5]


def test_digits_are_a_number_also_where_a_child_is_called_so(site, trail, family, sibling, task):
    seven = make_child(family, str(sibling.pk))
    activate(entity=task, child=seven, by=None)

    found = site.get(LIST, {"child": str(sibling.pk)}).context["cl"].result_list

    assert {event.child_id for event in found} == {sibling.pk}


def test_a_removed_child_is_found_by_its_number_only(site, trail, sibling):
    remove_child(child=sibling, by=None)

    assert "found by number" in said(site.get(LIST, {"child": "Byron"}))
    assert days(site.get(LIST, {"child": sibling.pk})) == [5]


def test_too_many_of_one_name_are_not_guessed_at(site, trail, family, monkeypatch):
    monkeypatch.setattr(fields, "MOST", 1)
    make_child(family, "Byron the second")

    assert "More than 1 have that name" in said(site.get(LIST, {"child": "Byron"}))


def test_a_family_is_found_by_name_and_by_number_also_when_it_is_gone(
    site, trail, stranger, strangers_family, strangers_child, strangers_task
):
    activate(entity=strangers_task, child=strangers_child, by=stranger)

    def found(query):
        return [event.family_id for event in site.get(LIST, query).context["cl"].result_list]

    assert found({"family": "babb"}) == found({"family": strangers_family.pk}) == [strangers_family.pk]
    delete_user(user=stranger, by=None)
    assert found({"family": "babb"}) == []
    assert set(found({"family": strangers_family.pk})) == {strangers_family.pk}


def test_what_forgotten_users_did_is_found_and_what_the_system_did_is_not(
    site, trail, parent, other_parent, child, task
):
    activate(entity=task, child=child, by=None)
    activate(entity=task, child=child, by=other_parent)
    delete_user(user=other_parent, by=None)

    found = site.get(LIST, {"anonymized": "true"}).context["cl"].result_list

    assert [(event.user_id, event.actor_role) for event in found] == [(None, "parent")]


def quick_ranges(response):
    """The days that each link fills in, and whether it is the chosen one."""
    (spec,) = [spec for spec in response.context["cl"].filter_specs if isinstance(spec, QuickRanges)]
    choices = list(spec.choices(response.context["cl"]))
    return {choice["display"]: (choice["query_string"], choice["selected"]) for choice in choices}


@pytest.mark.parametrize(
    ("zone", "today", "week", "month"),
    [
        ("UTC", ["2026-03-01"] * 2, ["2026-02-23", "2026-03-01"], ["2026-03-01", "2026-03-31"]),
        ("Asia/Tokyo", ["2026-03-02"] * 2, ["2026-03-02", "2026-03-08"], ["2026-03-01", "2026-03-31"]),
    ],
)
def test_quick_ranges_are_of_the_sites_today(site, trail, zone, today, week, month):
    with timezone.override(zone), clock.pretend(datetime(2026, 3, 1, 20, tzinfo=UTC)):  # a Sunday, in Tokyo Monday
        links = quick_ranges(site.get(LIST, {"entity_type": "task"}))
        chosen = quick_ranges(site.get(LIST, {"from": today[0], "to": today[1]}))

    def link(days):
        return f"?entity_type=task&from={days[0]}&to={days[1]}"

    assert links == {
        "Any time": ("?entity_type=task", True),
        "Today": (link(today), False),
        "This week": (link(week), False),
        "This month": (link(month), False),
    }
    assert [name for name, (_, is_chosen) in chosen.items() if is_chosen] == ["Today"]
