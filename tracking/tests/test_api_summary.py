from datetime import UTC, datetime

import pytest

from children import clock
from children.services.activations import activate, cancel_activation
from children.services.children import remove_child
from children.tests.factories import make_child, make_user
from rewards.services.requests import redeem_reward, refund_request, request_reward
from tracking.models import Purge
from tracking.tests.factories import make_event

SUMMARY = "/api/v1/tracking/summary/"
EVENTS = "/api/v1/tracking/events/"


def at(day, hour=12, month=3):
    return clock.pretend(datetime(2026, month, day, hour, tzinfo=UTC))


def total(count, points):
    return {"count": count, "points": points}


def starts(summary):
    return [period["start"] for period in summary["series"]]


@pytest.fixture
def life(parent, child, sibling, task, penalty, reward):
    """Ada: 10 on Monday 2 March, 30 on Wednesday of which 10 are undone on Thursday, -4, and a reward of 20. Byron: 10 on Wednesday."""
    with at(2):
        activate(entity=task, child=child, by=parent)
    with at(4):
        activate(entity=task, child=sibling, by=parent)
        activate(entity=task, child=child, by=parent)
        activate(entity=task, child=child, by=parent)
        wrong = activate(entity=task, child=child, by=parent)
    with at(5):
        cancel_activation(activation=wrong, by=parent)
        activate(entity=penalty, child=child, by=parent)
        request_reward(reward=reward, child=child, by=parent)
        redeem_reward(reward=reward, child=child, by=parent)


def test_a_parent_reads_what_the_familys_trail_comes_to(api, parent, life):
    answer = api(parent).get(SUMMARY)

    assert answer.status_code == 200
    assert answer.json() == {
        "totals": {
            "task": {"activated": total(5, 50), "cancelled": total(1, 10)},
            "penalty": {"activated": total(1, 4), "cancelled": total(0, 0)},
            "reward": {"requested": total(1, 0), "redeemed": total(1, 20), "cancelled": total(0, 0)},
        },
        "good": 40,
        "not_good": 4,
        "spent": 20,
        "balance": None,
        "series": [
            {"start": "2026-03-02T00:00:00.000000Z", "good": 10, "not_good": 0, "spent": 0, "balance": None},
            {"start": "2026-03-03T00:00:00.000000Z", "good": 0, "not_good": 0, "spent": 0, "balance": None},
            {"start": "2026-03-04T00:00:00.000000Z", "good": 40, "not_good": 0, "spent": 0, "balance": None},
            {"start": "2026-03-05T00:00:00.000000Z", "good": -10, "not_good": 4, "spent": 20, "balance": None},
        ],
    }


def test_one_child_has_a_balance_at_the_end_of_the_time_and_of_each_interval(api, parent, child, life):
    summary = api(parent).get(SUMMARY, {"child_id": child.pk}).json()

    child.refresh_from_db()
    assert summary["balance"] == child.points == summary["good"] - summary["not_good"] - summary["spent"] == 6
    assert [period["balance"] for period in summary["series"]] == [10, 10, 40, 6]


def test_a_child_reads_its_own_with_its_balance(api, child_user, child, life):
    own = api(child_user).get(SUMMARY).json()

    assert own == api(child_user).get(SUMMARY, {"child_id": child.pk}).json()
    assert (own["good"], own["balance"]) == (30, 6)


def test_a_child_that_is_an_admin_too_reads_all_and_any_childs_balance(api, child_user, child, sibling, life):
    child_user.is_staff = child_user.is_superuser = True
    child_user.save()

    assert api(child_user).get(SUMMARY).json()["balance"] is None
    assert api(child_user).get(SUMMARY, {"child_id": sibling.pk}).json()["balance"] == 10


def test_a_child_learns_nothing_of_its_sibling(api, child_user, sibling, life):
    summary = api(child_user).get(SUMMARY, {"child_id": sibling.pk}).json()

    assert (summary["good"], summary["balance"], summary["series"]) == (0, None, [])


def test_a_stranger_learns_nothing_of_the_family(api, stranger, child, life):
    summary = api(stranger).get(SUMMARY, {"child_id": child.pk}).json()

    assert (summary["good"], summary["balance"], summary["series"]) == (0, None, [])
    assert api(stranger).get(SUMMARY).json()["good"] == 0


def test_an_admin_reads_all_or_one_familys(api, admin, child, family, life, strangers_child, strangers_task):
    activate(entity=strangers_task, child=strangers_child, by=None)
    client = api(admin)

    assert client.get(SUMMARY).json()["good"] == 50
    assert client.get(SUMMARY, {"family_id": family.pk}).json()["good"] == 40
    assert client.get(SUMMARY, {"child_id": child.pk}).json()["balance"] == 6
    of_another = client.get(SUMMARY, {"child_id": child.pk, "family_id": strangers_child.family_id}).json()
    assert (of_another["good"], of_another["balance"]) == (0, None)


@pytest.mark.parametrize(
    ("moment", "balance"),
    [
        ("2026-03-01", 0),
        ("2026-03-02T12:00:00Z", 0),
        ("2026-03-02T12:00:01Z", 10),
        ("2026-03-04", 10),
        ("2026-03-05", 40),
        ("2026-03-06", 6),
        ("2099-01-01", 6),
    ],
)
def test_the_balance_at_any_past_moment(api, parent, child, life, moment, balance):
    assert api(parent).get(SUMMARY, {"child_id": child.pk, "occurred_before": moment}).json()["balance"] == balance


def test_a_time_without_events_has_the_balance_of_before(api, parent, child, life):
    query = {"child_id": child.pk, "occurred_after": "2026-03-03", "occurred_before": "2026-03-04"}

    summary = api(parent).get(SUMMARY, query).json()

    assert (summary["good"], summary["balance"], summary["series"]) == (0, 10, [])


def test_weeks_begin_on_monday_and_months_on_their_first(api, parent, child, task):
    for day, month in ((1, 3), (2, 3), (8, 3), (9, 3), (1, 4)):
        with at(day, month=month):
            activate(entity=task, child=child, by=parent)
    client = api(parent)

    weeks = client.get(SUMMARY, {"interval": "week"}).json()
    months = client.get(SUMMARY, {"interval": "month"}).json()

    assert [start[:10] for start in starts(weeks)] == [
        *("2026-02-23", "2026-03-02", "2026-03-09", "2026-03-16", "2026-03-23", "2026-03-30")
    ]
    assert [period["good"] for period in weeks["series"]] == [10, 20, 10, 0, 0, 10]
    assert [(start[:10], period["good"]) for start, period in zip(starts(months), months["series"], strict=True)] == [
        ("2026-03-01", 40),
        ("2026-04-01", 10),
    ]


def test_days_are_those_of_the_familys_time_zone_and_an_admins_of_utc(api, admin, parent, child, task):
    parent.family.timezone = "America/New_York"
    parent.family.save()
    for hour in (3, 5):  # on 8 March clocks go forward; midnight is 05:00 UTC before, 04:00 after
        with at(8, hour):
            activate(entity=task, child=child, by=parent)
    with at(9, 4):
        activate(entity=task, child=child, by=parent)

    assert starts(api(parent).get(SUMMARY).json()) == [
        *("2026-03-07T05:00:00.000000Z", "2026-03-08T05:00:00.000000Z", "2026-03-09T04:00:00.000000Z")
    ]
    assert starts(api(admin).get(SUMMARY).json()) == ["2026-03-08T00:00:00.000000Z", "2026-03-09T00:00:00.000000Z"]


def test_more_undone_than_done_in_a_time_is_below_zero(api, parent, child, task, reward):
    with at(2):
        wrong = activate(entity=task, child=child, by=parent)
        activate(entity=task, child=child, by=parent)
        given = redeem_reward(reward=reward, child=child, by=parent)[0]
    with at(3):
        refund_request(request=given, by=parent)
        cancel_activation(activation=wrong, by=parent)

    summary = api(parent).get(SUMMARY, {"occurred_after": "2026-03-03"}).json()

    assert (summary["good"], summary["spent"]) == (-10, -20)
    assert summary["totals"]["reward"]["cancelled"] == total(1, 20)


def test_what_was_purged_is_where_the_balance_goes_on_and_before_it_is_not_known(api, parent, child):
    make_event(
        family_id=child.family_id,
        child_id=child.pk,
        sequence=3,
        points_before=25,
        points_after=35,
        occurred_at=datetime(2026, 3, 5, tzinfo=UTC),
        created_at=datetime(2026, 3, 5, tzinfo=UTC),
    )
    purged_to = datetime(2026, 3, 2, tzinfo=UTC)
    Purge.objects.create(
        child_id=child.pk, family_id=child.family_id, sequence=2, points_after=25, occurred_at=purged_to, events=2
    )

    def balance(before):
        return api(parent).get(SUMMARY, {"child_id": child.pk, "occurred_before": before}).json()["balance"]

    assert [balance(f"2026-03-0{day}") for day in (1, 2, 3, 6)] == [None, None, 25, 35]


def test_a_removed_childs_trail_still_adds_up(api, parent, child, life):
    remove_child(child=child, by=parent)

    summary = api(parent).get(SUMMARY, {"child_id": child.pk}).json()

    assert (summary["good"], summary["balance"]) == (30, 6)


def test_a_child_without_events_has_no_points_and_one_that_is_not_there_no_balance(api, admin, parent, child):
    assert api(parent).get(SUMMARY, {"child_id": child.pk}).json()["balance"] == 0
    assert api(parent).get(SUMMARY, {"child_id": 2**62}).json()["balance"] is None
    assert api(admin).get(SUMMARY, {"child_id": 2**62}).json()["balance"] is None


@pytest.mark.parametrize(
    ("query", "attr", "code"),
    [
        ("interval=year", "interval", "invalid_choice"),
        ("interval=", "interval", "blank"),
        ("interval=day&interval=week", "interval", "repeated_parameter"),
        ("child_id=x", "child_id", "invalid"),
        ("occurred_after=2026-13-01", "occurred_after", "invalid"),
        ("occurred_after=2026-03-02&occurred_before=2026-03-01", "occurred_before", "range_reversed"),
        ("family_id=1", "family_id", "unknown_parameter"),
        ("limit=1", "limit", "unknown_parameter"),
        ("action=activated", "action", "unknown_parameter"),
    ],
)
def test_what_makes_no_sense_is_refused_and_named(api, parent, query, attr, code):
    answer = api(parent).get(f"{SUMMARY}?{query}")

    assert answer.status_code == 400
    assert [(error["attr"], error["code"]) for error in answer.json()["errors"]] == [(attr, code)]


@pytest.mark.parametrize("edge", ["0001-01-01", "9999-12-31"])
def test_the_edges_of_time_are_no_error(api, parent, child, life, edge):
    assert api(parent).get(SUMMARY, {"occurred_before": edge, "child_id": child.pk}).status_code == 200


def test_the_number_of_queries_does_not_grow_with_the_days(api, parent, child, task, django_assert_num_queries):
    client = api(parent)
    for day in range(1, 25):
        with at(day):
            activate(entity=task, child=child, by=parent)

    with django_assert_num_queries(4):  # who asks, the sums, the child, its balances
        assert len(client.get(SUMMARY, {"child_id": child.pk}).json()["series"]) == 24


def test_who_is_in_no_family_is_refused(api, db):
    assert api(make_user("nobody")).get(SUMMARY).status_code == 403
    assert api().get(SUMMARY).status_code == 401


def test_a_child_without_acts_has_none_of_its_siblings(api, parent, family, child, life):
    quiet = make_child(family, "Claire")

    summary = api(parent).get(SUMMARY, {"child_id": quiet.pk}).json()

    assert (summary["good"], summary["balance"], summary["series"]) == (0, 0, [])
