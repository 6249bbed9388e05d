import pytest

from children.models import MAX_POINTS
from children.tests.factories import earn
from rewards.models import Reward, RewardRequest
from rewards.services.requests import request_reward
from rewards.tests.factories import make_reward

REWARDS = "/api/v1/rewards/"


@pytest.fixture
def path(reward):
    return f"{REWARDS}{reward.pk}/"


@pytest.fixture
def saver(child):
    """The child, with 50 points."""
    earn(child, 50)
    return child


def test_the_family_reads_its_list(api, reward, parent, child_user, stranger):
    expected = [{"id": reward.pk, "name": "Cinema", "cost": 20}]

    assert api(parent).get(REWARDS).json()["results"] == expected
    assert api(child_user).get(REWARDS).json()["results"] == expected
    assert api(stranger).get(REWARDS).json()["results"] == []


def test_a_parent_makes_reads_edits_and_deletes_one(api, parent, family):
    client = api(parent)

    made = client.post(REWARDS, {"name": "Zoo", "cost": 40})
    path = f"{REWARDS}{made.json()['id']}/"

    assert (made.status_code, Reward.objects.get().family) == (201, family)
    assert client.get(path).json() == made.json()
    assert client.patch(path, {"cost": 45}).json()["cost"] == 45
    assert client.put(path, {"name": "Park", "cost": 5}).json()["name"] == "Park"
    assert client.delete(path).status_code == 204
    assert client.get(path).status_code == 404
    assert client.delete(path).status_code == 404
    assert client.get(REWARDS).json()["count"] == 0


def test_deleting_cancels_who_waits_for_it(api, parent, saver, reward, path):
    asked, _ = request_reward(reward=reward, child=saver, by=saver.login)

    api(parent).delete(path)

    asked.refresh_from_db()
    saver.refresh_from_db()
    assert (asked.status, saver.reserved) == ("cancelled", 0)


def test_a_cost_has_bounds(api, parent):
    statuses = [
        api(parent).post(REWARDS, {"name": "Zoo", "cost": cost}).status_code
        for cost in (1, MAX_POINTS, 0, -1, MAX_POINTS + 1, 10**30, 1.5, "x", True, None)
    ]

    assert statuses == [201, 201, *[400] * 8]


def test_a_child_changes_nothing_and_a_stranger_finds_nothing(api, path, child_user, stranger):
    for user, status in ((child_user, 403), (stranger, 404)):
        client = api(user)
        assert client.patch(path, {"cost": 1}).status_code == status
        assert client.put(path, {"name": "Zoo", "cost": 1}).status_code == status
        assert client.delete(path).status_code == status
    assert api(child_user).post(REWARDS, {"name": "Zoo", "cost": 1}).status_code == 403


# Asking


def test_a_child_asks_for_itself(api, saver, child_user, reward, path):
    answer = api(child_user).post(f"{path}request/")

    asked = RewardRequest.objects.get()
    assert answer.status_code == 201
    assert answer.json() == {
        "id": asked.pk,
        "reward_id": reward.pk,
        "child_id": saver.pk,
        "cost": 20,
        "status": "pending",
        "user_id": child_user.pk,
        "requested_at": asked.requested_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "settled_at": None,
        "child": {"id": saver.pk, "points": 50, "reserved": 20, "available": 30},
    }


def test_a_child_may_name_itself_and_no_sibling(api, saver, child_user, sibling, path):
    client = api(child_user)

    assert client.post(f"{path}request/", {"child": saver.pk}).status_code == 201
    answer = client.post(f"{path}request/", {"child": sibling.pk})
    assert (answer.status_code, answer.json()["errors"][0]["attr"]) == (400, "child")


def test_a_parent_asks_for_a_child_it_names(api, parent, saver, path):
    assert api(parent).post(f"{path}request/", {"child": saver.pk}).status_code == 201

    for body in ({}, {"child": None}):
        answer = api(parent).post(f"{path}request/", body)
        assert (answer.status_code, answer.json()["errors"][0]["attr"]) == (400, "child")


def test_asking_again_answers_the_same(api, saver, child_user, path):
    first, second = (api(child_user).post(f"{path}request/", {}) for _ in range(2))

    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()


def test_the_price_is_that_of_the_asking(api, parent, saver, child_user, path):
    api(child_user).post(f"{path}request/")
    api(parent).patch(path, {"cost": 49})

    assert api(parent).post(f"{path}redeem/", {"child": saver.pk}).json()["child"]["points"] == 30


def test_more_than_what_is_free_is_refused_with_the_numbers(api, saver, child_user, family, path):
    dear = make_reward(family, cost=31)
    api(child_user).post(f"{path}request/")

    answer = api(child_user).post(f"{REWARDS}{dear.pk}/request/")

    assert answer.status_code == 409
    (error,) = answer.json()["errors"]
    assert (error["code"], error["attr"]) == ("insufficient_points", None)
    assert error["meta"] == {"have": 50, "reserved": 20, "need": 31}


# Redeeming without a request


def test_a_parent_redeems_directly(api, parent, saver, path):
    answer = api(parent).post(f"{path}redeem/", {"child": saver.pk})

    assert answer.status_code == 201
    assert (answer.json()["status"], answer.json()["settled_at"]) == ("redeemed", answer.json()["requested_at"])
    assert answer.json()["child"] == {"id": saver.pk, "points": 30, "reserved": 0, "available": 30}


def test_a_pending_request_is_redeemed_instead(api, parent, saver, child_user, path):
    asked = api(child_user).post(f"{path}request/").json()

    answer = api(parent).post(f"{path}redeem/", {"child": saver.pk})

    assert (answer.status_code, answer.json()["id"], answer.json()["status"]) == (200, asked["id"], "redeemed")


def test_too_little_is_refused(api, parent, child, path):
    answer = api(parent).post(f"{path}redeem/", {"child": child.pk})

    assert answer.status_code == 409
    assert answer.json()["errors"][0]["meta"] == {"have": 0, "reserved": 0, "need": 20}


def test_a_child_redeems_nothing(api, saver, child_user, path):
    assert api(child_user).post(f"{path}redeem/", {"child": saver.pk}).status_code == 403


@pytest.mark.parametrize("act", ["request", "redeem"])
def test_a_foreign_child_is_a_400_and_a_foreign_or_archived_reward_a_404(
    api, parent, saver, strangers_child, strangers_reward, reward, path, act
):
    client = api(parent)

    answer = client.post(f"{path}{act}/", {"child": strangers_child.pk})
    assert (answer.status_code, answer.json()["errors"][0]["attr"]) == (400, "child")
    assert client.post(f"{REWARDS}{strangers_reward.pk}/{act}/", {"child": saver.pk}).status_code == 404
    client.delete(path)
    assert client.post(f"{path}{act}/", {"child": saver.pk}).status_code == 404
