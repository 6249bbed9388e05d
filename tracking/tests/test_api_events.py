from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from children import clock
from children.models import Child
from children.services.activations import activate, cancel_activation
from children.services.families import remove_parent
from children.tests.factories import earn, make_user
from rewards.services.requests import redeem_reward
from tracking.models import TrackingEvent, event_queryset
from tracking.services.sealing import seal_days
from tracking.tests.factories import make_event

EVENTS = "/api/v1/tracking/events/"


def ids(answer):
    assert answer.status_code == 200, answer.content
    return [event["id"] for event in answer.json()["results"]]


def wrong(answer):
    assert answer.status_code == 400
    return [(error["code"], error["attr"]) for error in answer.json()["errors"]]


def act_at(moment, *, entity, child, by=None):
    """Activate at that moment, and return the id of the event."""
    with clock.pretend(datetime.fromisoformat(moment)):
        activate(entity=entity, child=child, by=by)
    return TrackingEvent.objects.order_by("-id")[0].pk


@pytest.fixture
def story(parent, other_parent, child, sibling, task, penalty, reward):
    """Five events of one family, by name, oldest first."""
    done = activate(entity=task, child=child, by=parent)
    cancel_activation(activation=done, by=other_parent)
    activate(entity=penalty, child=sibling, by=parent)
    earn(sibling, 30)
    redeem_reward(reward=reward, child=sibling, by=parent)
    names = ("task", "undone", "penalty", "earned", "redeemed")
    return dict(zip(names, TrackingEvent.objects.order_by("id").values_list("id", flat=True), strict=True))


@pytest.fixture
def strangers_event(strangers_child, strangers_task, stranger):
    activate(entity=strangers_task, child=strangers_child, by=stranger)
    return TrackingEvent.objects.get(child_id=strangers_child.pk).pk


def test_an_event_is_sent_in_its_plain_form(api, parent, child, task, family):
    activate(entity=task, child=child, by=parent)

    answer = api(parent).get(EVENTS)

    event = TrackingEvent.objects.get()
    assert answer.json() == {"count": 1, "next": None, "previous": None, "results": [event.to_dict()]}
    assert api(parent).get(f"{EVENTS}{event.pk}/").json() == event.to_dict()
    assert (event.family_id, event.child_id, event.user_id, event.actor_role) == (
        family.pk,
        child.pk,
        parent.pk,
        "parent",
    )
    assert answer.json()["results"][0]["occurred_at"].endswith("Z")


# Who sees what


def test_a_parent_sees_the_familys_newest_first(api, parent, story, strangers_event):
    assert ids(api(parent).get(EVENTS)) == list(reversed(story.values()))


def test_a_child_sees_its_own(api, child_user, story, strangers_event):
    assert ids(api(child_user).get(EVENTS)) == [story["undone"], story["task"]]


def test_an_admin_sees_all(api, admin, story, strangers_event):
    assert ids(api(admin).get(EVENTS)) == [strangers_event, *reversed(story.values())]


def test_an_admin_in_a_family_sees_all_too(api, parent, story, strangers_event):
    parent.is_staff = True
    parent.save()
    parent.user_permissions.add(Permission.objects.get(codename="view_trackingevent"))

    assert strangers_event in ids(api(type(parent).objects.get(pk=parent.pk)).get(EVENTS))


def test_staff_without_the_permission_and_who_left_see_nothing(api, parent, other_parent, story):
    remove_parent(parent=other_parent, by=parent)

    for user in (make_user("clerk", is_staff=True), type(parent).objects.get(pk=other_parent.pk)):
        assert api(user).get(EVENTS).status_code == 403
        assert api(user).get(f"{EVENTS}{story['task']}/").status_code == 403


def test_what_one_may_not_see_is_not_found(api, parent, child_user, stranger, admin, story, strangers_event):
    seen = {
        user.username: [
            api(user).get(f"{EVENTS}{event}/").status_code
            for event in (story["task"], story["penalty"], strangers_event)
        ]
        for user in (parent, child_user, stranger, admin)
    }

    assert seen == {
        "parent": [200, 200, 404],
        "ada": [200, 404, 404],
        "stranger": [404, 404, 200],
        "admin": [200, 200, 200],
    }
    assert api(admin).get(f"{EVENTS}{2**62}/").status_code == 404


def test_nothing_is_written_here(api, admin, story):
    path = f"{EVENTS}{story['task']}/"

    answers = [
        api(admin).post(EVENTS, {}),
        *(getattr(api(admin), verb)(path) for verb in ("put", "patch", "delete", "post")),
    ]

    assert [answer.status_code for answer in answers] == [405] * 5
    assert TrackingEvent.objects.count() == 5


# Filters


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"action": "activated"}, ["earned", "penalty", "task"]),
        ({"action": "cancelled"}, ["undone"]),
        ({"action": "requested"}, []),
        ({"entity_type": "task"}, ["earned", "undone", "task"]),
        ({"entity_type": "reward"}, ["redeemed"]),
        ({"entity_type": "task", "action": "cancelled"}, ["undone"]),
        ({"entity_type": "penalty", "action": "redeemed"}, []),
    ],
)
def test_filters_by_word(api, parent, story, query, expected):
    answer = api(parent).get(EVENTS, query)

    assert ids(answer) == [story[name] for name in expected]
    assert answer.json()["count"] == len(expected)


def test_filters_by_id(api, parent, other_parent, child, sibling, task, story):
    client = api(parent)

    assert ids(client.get(EVENTS, {"child_id": child.pk})) == [story["undone"], story["task"]]
    assert ids(client.get(EVENTS, {"user_id": other_parent.pk})) == [story["undone"]]
    assert ids(client.get(EVENTS, {"entity_type": "task", "entity_id": task.pk})) == [story["undone"], story["task"]]
    assert ids(client.get(EVENTS, {"child_id": sibling.pk, "user_id": other_parent.pk})) == []
    assert ids(
        client.get(
            EVENTS, {"child_id": sibling.pk, "action": "redeemed", "user_id": parent.pk, "entity_type": "reward"}
        )
    ) == [story["redeemed"]]


def test_a_foreign_id_finds_nothing(
    api, parent, child_user, sibling, story, strangers_child, stranger, strangers_event
):
    for user, query in (
        (parent, {"child_id": strangers_child.pk}),
        (parent, {"user_id": stranger.pk}),
        (parent, {"child_id": -1}),
        (parent, {"entity_id": 2**63 - 1}),
        (child_user, {"child_id": sibling.pk}),
    ):
        assert api(user).get(EVENTS, query).json() == {"count": 0, "next": None, "previous": None, "results": []}


def test_admins_filter_by_family_and_by_what_is_anonymised(
    api, admin, story, strangers_event, strangers_family, other_parent
):
    other_parent.delete()
    client = api(admin)

    assert ids(client.get(EVENTS, {"family_id": strangers_family.pk})) == [strangers_event]
    assert ids(client.get(EVENTS, {"anonymized": "true"})) == [story["undone"]]
    assert wrong(client.get(EVENTS, {"anonymized": "false"})) == [("invalid_choice", "anonymized")]


@pytest.mark.parametrize("name", ["family_id", "anonymized"])
def test_nobody_else_does(api, parent, child_user, name):
    for user in (parent, child_user):
        assert wrong(api(user).get(EVENTS, {name: "1"})) == [("unknown_parameter", name)]


# Dates


def test_a_range_holds_its_start_and_not_its_end(api, parent, child, task):
    first, second, third = (
        act_at(moment, entity=task, child=child)
        for moment in ("2026-11-01T08:00:00+00:00", "2026-11-01T08:00:01+00:00", "2026-11-01T08:00:02+00:00")
    )
    client = api(parent)

    assert ids(client.get(EVENTS, {"occurred_after": "2026-11-01T08:00:01Z"})) == [third, second]
    assert ids(client.get(EVENTS, {"occurred_before": "2026-11-01T08:00:01Z"})) == [first]
    both = {"occurred_after": "2026-11-01T08:00:00Z", "occurred_before": "2026-11-01T08:00:02Z"}
    assert ids(client.get(EVENTS, both)) == [second, first]
    nothing = {"occurred_after": "2026-11-01T08:00:00Z", "occurred_before": "2026-11-01T08:00:00Z"}
    assert ids(client.get(EVENTS, nothing)) == []


@pytest.mark.parametrize(
    "moment",
    [
        "2026-11-01T09:00:00+01:00",
        "2026-11-01T08:00:00.000000Z",
        "2026-11-01 08:00Z",
        "2026-10-31T22:00:00-10:00",
        "2026-11-01T09:00:00",
    ],
)
def test_one_moment_has_many_spellings(api, parent, child, task, family, moment):
    family.timezone = "Europe/Berlin"  # an hour ahead of UTC then, for the one without an offset
    family.save()
    act_at("2026-11-01T07:59:59.999999+00:00", entity=task, child=child)
    event = act_at("2026-11-01T08:00:00+00:00", entity=task, child=child)

    assert ids(api(parent).get(EVENTS, {"occurred_after": moment})) == [event]


def test_a_plain_date_is_midnight_where_the_family_lives(api, parent, admin, child, task, family):
    family.timezone = "Pacific/Auckland"  # 13 hours ahead of UTC then
    family.save()
    before = act_at("2026-11-01T10:59:59+00:00", entity=task, child=child)
    after = act_at("2026-11-01T11:00:00+00:00", entity=task, child=child)

    assert ids(api(parent).get(EVENTS, {"occurred_after": "2026-11-02"})) == [after]
    assert ids(api(parent).get(EVENTS, {"occurred_before": "2026-11-02"})) == [before]
    assert ids(api(admin).get(EVENTS, {"occurred_before": "2026-11-02"})) == [after, before]
    assert ids(api(admin).get(EVENTS, {"occurred_after": "2026-11-02"})) == []


def test_the_day_the_clocks_change_is_as_long_as_it_is(api, parent, child, task, family):
    family.timezone = "Europe/Berlin"  # on 2026-10-25 from 22:00 UTC the day before until 23:00 UTC: 25 hours
    family.save()
    hours = ["2026-10-24T21:59:59", "2026-10-24T22:00:00", "2026-10-25T22:59:59", "2026-10-25T23:00:00"]
    events = [act_at(f"{hour}+00:00", entity=task, child=child) for hour in hours]

    day = {"occurred_after": "2026-10-25", "occurred_before": "2026-10-26"}

    assert ids(api(parent).get(EVENTS, day)) == [events[2], events[1]]


def test_midnight_may_be_skipped(api, parent, child, task, family):
    family.timezone = "America/Havana"  # on 2026-03-08 the clock went from 00:00 to 01:00, at 05:00 UTC
    family.save()
    act_at("2026-03-08T04:59:59+00:00", entity=task, child=child)
    event = act_at("2026-03-08T05:00:00+00:00", entity=task, child=child)

    assert ids(api(parent).get(EVENTS, {"occurred_after": "2026-03-08"})) == [event]


@pytest.mark.parametrize(
    "moment",
    ["0001-01-01", "0001-01-01T00:00:00+23:59", "9999-12-31", "9999-12-31T23:59:59.999999-23:59", "0001-01-01T00:00"],
)
def test_the_ends_of_time_are_no_error(api, parent, admin, child, task, family, moment):
    family.timezone = "Pacific/Auckland"
    family.save()
    event = act_at("2026-11-01T08:00:00+00:00", entity=task, child=child)

    for user in (parent, admin):
        found = ids(api(user).get(EVENTS, {"occurred_after": moment}))
        assert found == ([event] if moment.startswith("0001") else [])


@pytest.mark.parametrize("name", ["occurred_after", "occurred_before"])
@pytest.mark.parametrize(
    "value",
    [
        "2026-13-01",
        "2026-02-30",
        "2026-11-01T25:00",
        "2026-11-01T08:00:00 00:00",  # a `+` that was not encoded
        "0000-01-01",
        "10000-01-01",
        "yesterday",
        "1667260800",
        "2026",
        "2026-W45-1T",
        "2026-11-01T08:00:00+25:00",
        "\0",
        "x" * 5_000,
    ],
)
def test_what_is_no_date_is_named(api, parent, name, value):
    assert [attr for _, attr in wrong(api(parent).get(EVENTS, {name: value}))] == [name]


def test_a_range_ends_after_it_starts(api, parent):
    query = {"occurred_after": "2026-11-02", "occurred_before": "2026-11-01"}

    assert wrong(api(parent).get(EVENTS, query)) == [("range_reversed", "occurred_before")]


# Pages


@pytest.fixture
def long_story(child, task):
    for _ in range(12):
        activate(entity=task, child=child, by=None)
    return list(TrackingEvent.objects.newest_first().values_list("id", flat=True))


def walk(client, page, link):
    """The ids of the pages from `page` on, along `next` or `previous`."""
    found = [ids(page)]
    while page.json()[link]:
        page = client.get(page.json()[link])
        found.append(ids(page))
    return found


def test_pages_cover_everything_once_in_both_directions(api, parent, long_story):
    client = api(parent)

    forward = walk(client, client.get(EVENTS, {"limit": 5}), "next")
    backward = walk(client, client.get(EVENTS, {"limit": 5, "offset": 10}), "previous")

    assert [len(page) for page in forward] == [5, 5, 2]
    assert [event for page in forward for event in page] == long_story
    assert list(reversed(backward)) == forward


def test_pages_stand_still_while_events_arrive(api, parent, child, task, long_story):
    client = api(parent)
    page = client.get(EVENTS, {"limit": 5})
    found = ids(page)

    while page.json()["next"]:
        activate(entity=task, child=child, by=parent)
        page = client.get(page.json()["next"])
        found += ids(page)
        assert page.json()["count"] == 12

    assert found == long_story
    assert ids(client.get(page.json()["previous"])) == long_story[5:10]
    assert client.get(EVENTS).json()["count"] == 14


def test_the_links_keep_the_filters(api, parent, child, long_story):
    answer = api(parent).get(EVENTS, {"limit": 5, "child_id": child.pk, "action": "activated"}).json()

    for part in (f"child_id={child.pk}", "action=activated", "limit=5", "offset=5", f"as_of={max(long_story)}"):
        assert part in answer["next"]


def test_as_of_looks_back(api, parent, long_story):
    answer = api(parent).get(EVENTS, {"as_of": long_story[3]})

    assert ids(answer) == long_story[3:]
    assert answer.json()["count"] == 9
    assert api(parent).get(EVENTS, {"as_of": 0}).json()["count"] == 0


def test_a_page_holds_five_hundred_at_most(api, parent, child, task, family):
    now = datetime.now(UTC)
    common = {
        "actor_role": "system",
        "family_id": family.pk,
        "child_id": child.pk,
        "entity_type": "task",
        "entity_id": task.pk,
    }
    TrackingEvent.objects.bulk_create(
        TrackingEvent(
            **common,
            sequence=number,
            action="activated",
            points_before=number - 1,
            points_after=number,
            delta=1,
            occurred_at=now + timedelta(seconds=number),
            created_at=now,
        )
        for number in range(1, 503)
    )

    answer = api(parent).get(EVENTS, {"limit": 10**9}).json()

    assert (answer["count"], len(answer["results"])) == (502, 500)
    assert answer["results"][0]["sequence"] == 502


@pytest.mark.parametrize(
    ("name", "value"), [("limit", "0"), ("offset", "-1"), ("as_of", "-1"), ("limit", "-5"), ("as_of", "x")]
)
def test_a_malformed_page_is_named(api, parent, name, value):
    assert wrong(api(parent).get(EVENTS, {name: value})) == [("invalid", name)]


def test_the_list_takes_a_constant_number_of_queries(api, admin, child, task, django_assert_num_queries):
    client = api(admin)
    activate(entity=task, child=child, by=None)

    with django_assert_num_queries(4):  # the newest id, the newest day that is sealed, the count, the rows
        client.get(EVENTS)
    for _ in range(49):
        activate(entity=task, child=child, by=None)
    with django_assert_num_queries(4):
        assert len(ids(client.get(EVENTS))) == 50


@pytest.mark.parametrize("is_sealed", [False, True])
@pytest.mark.parametrize("narrowed", [{}, {"child_id": 1}, {"entity_type": "task"}])
def test_a_page_that_skips_many_is_read_by_its_ids(api, admin, monkeypatch, is_sealed, narrowed):
    evening = (clock.now() - timedelta(days=3)).replace(hour=20)  # of a day on which all is
    for number in range(12):
        make_event(sequence=number + 1, child_id=1, occurred_at=evening - timedelta(hours=number))
    if is_sealed:
        assert list(seal_days()) == [evening.date()]
    client, whole = api(admin), list(TrackingEvent.objects.newest_first().values_list("pk", flat=True))
    monkeypatch.setattr(event_queryset, "FAR", 3)

    for offset in (3, 4, 10, 20):
        with CaptureQueriesContext(connection) as queries:
            assert ids(client.get(EVENTS, {"offset": offset, "limit": 3, **narrowed})) == whole[offset : offset + 3]
        by_ids = [query for query in queries if '"id" IN (SELECT' in query["sql"]]
        assert len(by_ids) == (3 < offset < 12)


def test_a_page_far_back_takes_as_many_queries(api, admin, child, django_assert_num_queries):
    for days in range(20):
        make_event(sequence=days + 1, occurred_at=clock.now() - timedelta(days=days), child_id=child.pk)
    list(seal_days())
    client = api(admin)

    # The newest id, the newest sealed day, which are touched, the sum of the others, the events since, the day of the page, its rows.
    with django_assert_num_queries(7):
        assert len(ids(client.get(EVENTS, {"offset": 15}))) == 5


# Over time


def test_a_removed_childs_story_stays_for_the_parents(api, parent, story, child):
    api(parent).delete(f"/api/v1/children/{child.pk}/")

    assert Child.objects.get(pk=child.pk).name == ""
    assert ids(api(parent).get(EVENTS, {"child_id": child.pk})) == [story["undone"], story["task"]]


def test_a_deleted_user_is_null(api, parent, other_parent, story):
    other_parent.delete()

    event = api(parent).get(f"{EVENTS}{story['undone']}/").json()
    assert (event["user_id"], event["actor_role"]) == (None, "parent")


def test_as_of_is_of_the_own_family(api, parent, admin, long_story, strangers_task, strangers_child):
    """On PostgreSQL a family's id may be taken, and not be committed yet, when another's later one is there already."""
    activate(entity=strangers_task, child=strangers_child, by=None)

    for user, filters in ((parent, {}), (admin, {"family_id": parent.family_id})):
        answer = api(user).get(EVENTS, {"limit": 5, **filters}).json()
        assert f"as_of={max(long_story)}&" in answer["next"]
