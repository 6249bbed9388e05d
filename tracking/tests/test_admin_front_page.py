"""The front page of the admin site shows the acts of the day."""

import re
from datetime import UTC, datetime, timedelta

from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import strip_tags

from children import clock
from children.services.activations import activate
from children.tests.factories import earn, make_user
from chore_project.settings import VERSION
from rewards.services.requests import redeem_reward
from rewards.tests.factories import make_reward
from tracking.models import TrackingEvent

NOON = datetime(2026, 3, 31, 12, tzinfo=UTC)


def today(site, moment=NOON):
    """Return what the page says of today at that moment."""
    with clock.pretend(moment):
        page = site.get("/admin/").text
    (section,) = re.findall(r'<section class="module" aria-labelledby="today">.*?</section>', page, re.DOTALL)
    return section


def sums(section):
    return dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", re.sub("</?span.*?>", "", section)))


def acts(section):
    return [strip_tags(cell) for cell in re.findall(r"<td>(.*?)</td>", section)]


def test_it_adds_up_the_acts_of_the_day(site, family, task, penalty, child, strangers_child, parent):
    with clock.pretend(NOON):
        activate(entity=task, child=child, by=parent)
        activate(entity=penalty, child=child, by=parent)
        redeem_reward(reward=make_reward(family, cost=5), child=child, by=parent)
        earn(strangers_child, 20)

    assert sums(today(site)) == {"Acts": "4", "Points: good": "30", "Points: not good": "4", "Points: spent": "5"}


def test_it_tells_the_last_ten_with_their_pages(site, task, child, parent):
    with clock.pretend(NOON):
        for _ in range(12):
            activate(entity=task, child=child, by=parent)
    last = TrackingEvent.objects.newest_first().first()

    section = today(site)

    told = acts(section)
    assert len(told) == 10
    assert told[0] == "parent gave 10 points to Ada for the task Dishes: 110 → 120."
    assert told[-1] == "parent gave 10 points to Ada for the task Dishes: 20 → 30."
    assert f'href="{reverse("admin:tracking_trackingevent_change", args=[last.pk])}"' in section
    assert sums(section)["Acts"] == "12"


def test_it_links_the_list_of_the_day(site, child):
    for hours in (-13, -12, 0, 11):
        with clock.pretend(NOON + timedelta(hours=hours)):
            earn(child, 1)

    section = today(site)

    (link,) = re.findall(r'<p><a href="(.*?)">All acts of today</a></p>', section)
    assert link == "/admin/tracking/trackingevent/?from=2026-03-31&amp;to=2026-03-31"
    assert len(site.get(link.replace("&amp;", "&")).context["cl"].result_list) == int(sums(section)["Acts"]) == 3


def test_the_day_is_that_of_the_sites_time_zone_which_is_named(site, settings, child):
    settings.TIME_ZONE = "Asia/Tokyo"
    midnight = datetime(2026, 3, 31, 15, tzinfo=UTC)
    for moment in (midnight - timedelta(microseconds=1), midnight):
        with clock.pretend(moment):
            earn(child, 1)

    section = today(site, midnight + timedelta(hours=1))

    assert "Today, April 1, 2026 (Asia/Tokyo)" in section
    assert sums(section)["Acts"] == "1"
    assert ">00:00:00</time>" in section
    assert "?from=2026-04-01&amp;to=2026-04-01" in section


def test_a_day_on_which_nothing_happened_says_so(site, child):
    with clock.pretend(NOON - timedelta(days=1)):
        earn(child, 1)

    section = today(site)

    assert "Nothing yet today." in section
    assert (sums(section), acts(section)) == ({}, [])


def test_who_may_read_the_trail_is_told_and_nobody_else(client, child):
    with clock.pretend(NOON):
        earn(child, 1)
    auditor = make_user("auditor", is_staff=True)
    auditor.user_permissions.set(Permission.objects.filter(codename="view_trackingevent"))

    client.force_login(auditor)
    assert sums(today(client))["Acts"] == "1"

    client.force_login(make_user("helper", is_staff=True))
    with clock.pretend(NOON):
        page = client.get("/admin/").text
    assert "Today" not in page
    assert "Chores of last week" not in page


def test_it_takes_the_same_queries_however_many_acts(
    site, task, child, parent, django_assert_max_num_queries, django_assert_num_queries
):
    with clock.pretend(NOON):
        activate(entity=task, child=child, by=parent)
        # session, user; events, their users, children, what is sealed, sums; 3 of the rest
        with django_assert_max_num_queries(10) as few:
            site.get("/admin/")
        for _ in range(15):
            activate(entity=task, child=child, by=parent)

        with django_assert_num_queries(len(few)):
            site.get("/admin/")


def test_no_other_day_is_read(site, child):
    earn(child, 1)

    with CaptureQueriesContext(connection) as queries:
        site.get("/admin/")

    of_events = [query["sql"] for query in queries if 'FROM "tracking_trackingevent"' in query["sql"]]
    assert len(of_events) == 2
    assert all('"occurred_at" >=' in sql and '"occurred_at" <' in sql for sql in of_events)


def test_whoever_is_signed_in_sees_the_version_and_nobody_else(site, client):
    assert f"Chore {VERSION}</p>" in site.get("/admin/").text
    assert VERSION not in client.get("/admin/login/").text
