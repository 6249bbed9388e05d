from datetime import datetime

import pytest

from children.services.activations import activate
from children.tests.factories import earn, make_penalty
from rewards.models import RewardRequest
from rewards.services.requests import cancel_request, redeem_request, refund_request, request_reward
from rewards.tests.factories import make_reward
from tracking.models import TrackingEvent

REQUESTS = "/api/v1/reward-requests/"


@pytest.fixture
def saver(child):
    earn(child, 50)
    return child


@pytest.fixture
def asked(saver, reward):
    return request_reward(reward=reward, child=saver, by=saver.login)[0]


def bring(request, status):
    """Bring a pending request into `status`, the way that people do."""
    if status in ("redeemed", "refunded"):
        request = redeem_request(request=request, by=None)
    if status == "refunded":
        request = refund_request(request=request, by=None)
    if status == "cancelled":
        request = cancel_request(request=request, by=None)
    return request


def post(client, request, act, body=None):
    return client.post(f"{REQUESTS}{request.pk}/{act}/", body)


# The table of states: what each act answers, and how many events it leaves.
TABLE = {
    ("pending", "redeem"): (200, "redeemed", 1),
    ("pending", "cancel"): (200, "cancelled", 1),
    ("pending", "refund"): (409, "not_redeemed", 0),
    ("redeemed", "redeem"): (200, "redeemed", 0),
    ("redeemed", "cancel"): (409, "already_redeemed", 0),
    ("redeemed", "refund"): (200, "refunded", 1),
    ("cancelled", "redeem"): (409, "already_cancelled", 0),
    ("cancelled", "cancel"): (200, "cancelled", 0),
    ("cancelled", "refund"): (409, "not_redeemed", 0),
    ("refunded", "redeem"): (409, "already_refunded", 0),
    ("refunded", "cancel"): (409, "already_refunded", 0),
    ("refunded", "refund"): (200, "refunded", 0),
}


@pytest.mark.parametrize(("status", "act"), TABLE)
def test_the_table_of_states(api, parent, asked, status, act):
    expected, word, events = TABLE[status, act]
    bring(asked, status)
    before = TrackingEvent.objects.count()

    answer = post(api(parent), asked, act)

    assert answer.status_code == expected
    assert word == (answer.json()["status"] if expected == 200 else answer.json()["errors"][0]["code"])
    assert TrackingEvent.objects.count() == before + events


@pytest.mark.parametrize(
    ("act", "before", "balance"),
    [
        ("redeem", "pending", {"points": 30, "reserved": 0, "available": 30}),
        ("cancel", "pending", {"points": 50, "reserved": 0, "available": 50}),
        ("refund", "redeemed", {"points": 50, "reserved": 0, "available": 50}),
    ],
)
def test_what_each_act_does_to_the_points(api, parent, asked, saver, act, before, balance):
    bring(asked, before)

    answer = post(api(parent), asked, act).json()

    assert answer["child"] == {"id": saver.pk, **balance}
    assert (answer["id"], answer["user_id"]) == (asked.pk, saver.login.pk)
    assert answer["settled_at"] > answer["requested_at"]


def test_redeeming_needs_the_points(api, parent, asked, saver, family):
    activate(entity=make_penalty(family, 35), child=saver, by=None)

    answer = post(api(parent), asked, "redeem")

    assert answer.status_code == 409
    assert answer.json()["errors"][0]["code"] == "insufficient_points"
    assert answer.json()["errors"][0]["meta"] == {"have": 15, "reserved": 20, "need": 20}


def test_a_child_withdraws_its_own_and_does_nothing_else(api, asked, child_user):
    client = api(child_user)

    assert post(client, asked, "redeem").status_code == 403
    assert post(client, asked, "refund").status_code == 403
    assert post(client, asked, "cancel").json()["status"] == "cancelled"
    assert TrackingEvent.objects.newest_first().first().metadata["reason"] == "withdrawn"


def test_a_parent_denies(api, asked, parent):
    post(api(parent), asked, "cancel")

    assert TrackingEvent.objects.newest_first().first().metadata["reason"] == "denied"


def test_a_siblings_request_is_not_found(api, child_user, sibling, reward):
    earn(sibling, 50)
    asked, _ = request_reward(reward=reward, child=sibling, by=None)

    assert post(api(child_user), asked, "cancel").status_code == 404


@pytest.mark.parametrize("act", ["redeem", "cancel", "refund"])
def test_somebody_elses_is_not_found(api, stranger, asked, act):
    assert post(api(stranger), asked, act).status_code == 404


@pytest.mark.parametrize("act", ["redeem", "cancel", "refund"])
def test_a_field_that_is_not_known_is_named(api, parent, asked, act):
    answer = post(api(parent), asked, act, {"child": 1})

    assert (answer.status_code, answer.json()["errors"][0]["attr"]) == (400, "child")


def test_it_is_refunded_though_the_reward_is_archived(api, parent, asked):
    bring(asked, "redeemed")
    api(parent).delete(f"/api/v1/rewards/{asked.reward_id}/")

    assert post(api(parent), asked, "refund").json()["child"]["points"] == 50


# The list


@pytest.fixture
def four(saver, family):
    """One request in each status, newest last."""
    statuses = RewardRequest.Status.values
    return [
        bring(request_reward(reward=make_reward(family, cost=5), child=saver, by=None)[0], status)
        for status in statuses
    ]


def test_the_list_is_newest_first(api, parent, child_user, four):
    for user in (parent, child_user):
        answer = api(user).get(REQUESTS).json()
        assert [each["id"] for each in answer["results"]] == [request.pk for request in reversed(four)]
        assert "child" not in answer["results"][0]


def test_it_is_filtered_by_status_and_child(api, parent, four, saver, sibling):
    client = api(parent)

    for request in four:
        (found,) = client.get(REQUESTS, {"status": request.status, "child_id": saver.pk}).json()["results"]
        assert found["id"] == request.pk
    assert client.get(REQUESTS, {"child_id": sibling.pk}).json()["count"] == 0


@pytest.mark.parametrize("status", ["open", "PENDING", "pending,redeemed", "1"])
def test_a_status_that_is_not_there_is_named(api, parent, status):
    answer = api(parent).get(REQUESTS, {"status": status})

    assert (answer.status_code, answer.json()["errors"][0]["attr"]) == (400, "status")


def test_others_see_none_of_it(api, stranger, four, saver):
    assert api(stranger).get(REQUESTS).json()["count"] == 0
    assert api(stranger).get(REQUESTS, {"child_id": saver.pk}).json()["count"] == 0


def test_the_list_takes_a_constant_number_of_queries(api, parent, four, django_assert_num_queries):
    with django_assert_num_queries(3):
        api(parent).get(REQUESTS)


def test_times_are_in_utc_whatever_the_sites_time_zone(api, parent, sibling, reward, settings):
    settings.TIME_ZONE = "Asia/Tokyo"
    earn(sibling, 100)

    answer = api(parent).post(f"/api/v1/rewards/{reward.pk}/redeem/", {"child": sibling.pk}).json()

    assert datetime.fromisoformat(answer["settled_at"]) == RewardRequest.objects.get().settled_at
