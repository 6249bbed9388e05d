"""A child's page of the admin site shows how its points came about."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from children import clock
from children.services.activations import activate
from children.services.children import remove_child
from children.tests.factories import earn, make_task, make_user
from rewards.services.requests import request_reward
from tracking.models import TrackingEvent
from tracking.tests.aging import purge

NOON = datetime(2026, 3, 31, 12, tzinfo=UTC)


def url(child):
    return reverse("admin:children_child_change", args=[child.pk])


def shown(site, child, moment=NOON):
    """Return what the page says of the trail at that moment."""
    with clock.pretend(moment):
        page = site.get(url(child)).text
    (section,) = re.findall(r'<section class="module trail-of-child".*?</section>', page, re.DOTALL)
    return section


def numbers(section):
    """Return the rows of the chart's table."""
    table = section.partition('<details class="chart-numbers">')[2].partition("</details>")[0]
    return re.findall(r'<th scope="row">(.*?)</th><td>(.*?)</td>', table)


def acts(section):
    table = section.partition('<table class="trail-acts">')[2]
    return [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<td>(.*?)</td>", table)]


def earn_on(child, points, moment):
    with clock.pretend(moment):
        earn(child, points)


def test_it_shows_the_balance(site, child, child_user, reward):
    earn(child, 50)
    request_reward(reward=reward, child=child, by=child_user)

    page = site.get(f"/admin/children/child/{child.pk}/change/").text

    told = re.findall(r'<label>(Points|Reserved|Available):</label>\s*<div class="readonly">(.*?)</div>', page)
    assert told == [("Points", "50"), ("Reserved", str(reward.cost)), ("Available", str(50 - reward.cost))]


def test_it_draws_the_points_of_each_day_up_to_today(site, child):
    earn_on(child, 5, NOON - timedelta(days=4))
    earn_on(child, 7, NOON - timedelta(days=2))
    earn_on(child, 1, NOON - timedelta(days=2))

    section = shown(site, child)

    assert "<svg" in section
    assert numbers(section) == [
        ("Before", "0"),
        ("March 27, 2026", "5"),
        ("March 28, 2026", "5"),
        ("March 29, 2026", "13"),
        ("March 30, 2026", "13"),
        ("March 31, 2026", "13"),
    ]


def test_the_chart_goes_back_ninety_days_and_goes_on_from_what_was_there_before(site, child):
    first = datetime(2026, 1, 1, tzinfo=UTC)
    earn_on(child, 5, first - timedelta(microseconds=1))
    earn_on(child, 7, first)

    rows = numbers(shown(site, child))

    assert rows[:2] == [("Before", "5"), ("Jan. 1, 2026", "12")]
    assert len(rows) == 91


def test_what_the_clock_has_not_reached_is_not_drawn(site, child):
    earn_on(child, 5, NOON)
    earn_on(child, 7, NOON + timedelta(days=1))

    assert numbers(shown(site, child)) == [("Before", "0"), ("March 31, 2026", "5")]


def test_the_days_are_those_of_the_sites_time_zone(site, settings, child):
    settings.TIME_ZONE = "Asia/Tokyo"
    earn_on(child, 5, datetime(2026, 3, 30, 15, tzinfo=UTC))

    assert numbers(shown(site, child)) == [("Before", "0"), ("March 31, 2026", "5")]


def test_a_balance_whose_beginning_was_purged_is_drawn(site, child):
    earn_on(child, 5, NOON - timedelta(days=4))
    earn_on(child, 7, NOON - timedelta(days=2))
    purge(NOON - timedelta(days=3))

    assert numbers(shown(site, child))[:2] == [("Before", "5"), ("March 29, 2026", "12")]


def test_it_lists_the_last_ten_acts_with_their_pages_and_the_whole_trail(site, family, child, sibling, parent):
    for points in range(1, 13):
        activate(entity=make_task(family, points=points), child=child, by=parent)
    earn(sibling, 5)
    last = TrackingEvent.objects.filter(child_id=child.pk).newest_first().first()

    section = shown(site, child)

    told = acts(section)
    assert len(told) == 10
    assert told[0] == "parent gave 12 points to Ada for the task Dishes: 66 → 78."
    assert told[-1] == "parent gave 3 points to Ada for the task Dishes: 3 → 6."
    assert f'href="{reverse("admin:tracking_trackingevent_change", args=[last.pk])}"' in section
    assert f'href="/admin/tracking/trackingevent/?child={child.pk}"' in section


def test_a_child_that_did_nothing_lately_has_no_chart(site, child):
    earn_on(child, 5, NOON - timedelta(days=90))

    section = shown(site, child)

    assert "Nothing happened in the last 90 days." in section
    assert "<svg" not in section
    assert len(acts(section)) == 1


def test_a_child_that_never_did_anything(site, child):
    section = shown(site, child)

    assert "Nothing happened yet." in section
    assert "<svg" not in section
    assert acts(section) == []


def test_a_removed_child_keeps_its_trail(site, child):
    earn_on(child, 5, NOON)
    remove_child(child=child, by=None)

    section = shown(site, child)

    assert numbers(section)[-1] == ("March 31, 2026", "5")
    assert acts(section) == [
        f"The system gave 5 points to removed child {child.pk} for the task Chores of last week: 0 → 5."
    ]


def test_who_may_not_read_the_trail_does_not_see_it(client, child):
    earn(child, 5)
    helper = make_user("helper", is_staff=True)
    helper.user_permissions.set(Permission.objects.filter(codename="view_child"))
    client.force_login(helper)

    response = client.get(url(child))

    assert response.status_code == 200
    assert "trail-of-child" not in response.text
    assert "Chores of last week" not in response.text


def test_where_a_child_is_added_there_is_none(site, family):
    assert "trail-of-child" not in site.get("/admin/children/child/add/").text


def test_it_is_there_beside_an_error_too(site, child):
    response = site.post(url(child), {"name": ""})

    assert response.context["adminform"].form.errors
    assert "trail-of-child" in response.text


def test_it_takes_the_same_queries_however_long_the_trail(
    site, child, parent, task, django_assert_max_num_queries, django_assert_num_queries
):
    activate(entity=task, child=child, by=parent)
    with django_assert_max_num_queries(12) as few:
        site.get(url(child))
    for _ in range(15):
        activate(entity=task, child=child, by=parent)

    with django_assert_num_queries(len(few)):
        site.get(url(child))


@pytest.mark.parametrize("points", [10**15, -(10**15)])
def test_any_balance_is_drawn(site, child, points):
    with clock.pretend(NOON):
        TrackingEvent(**_far(child, points)).save()

    assert numbers(shown(site, child))[-1][1] == f"{points:,}"


def _far(child, points):
    values = {"family_id": child.family_id, "child_id": child.pk, "sequence": 1, "entity_type": "task", "entity_id": 1}
    values |= {"action": "activated", "points_before": 0, "points_after": points, "delta": points}
    return values | {"actor_role": "system", "occurred_at": NOON, "created_at": NOON}
