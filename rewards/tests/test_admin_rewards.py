import pytest
from django.urls import reverse

from children.tests.factories import earn
from rewards.models import Reward, RewardRequest
from rewards.services.requests import request_reward
from rewards.services.rewards import archive_reward

LIST = "/admin/rewards/reward/"


def url(reward, page):
    return reverse(f"admin:rewards_reward_{page}", args=[reward.pk])


def said(response):
    return [str(message) for message in response.context["messages"]]


@pytest.fixture
def pending(child, parent, reward):
    earn(child, 50)
    request, _ = request_reward(reward=reward, child=child, by=parent)
    return request


def test_a_reward_is_added_and_edited(site, family):
    site.post(f"{LIST}add/", {"name": "Cinema", "family": family.pk, "cost": 20})
    reward = Reward.objects.get()

    site.post(url(reward, "change"), {"name": "Cinema", "cost": 25})

    reward.refresh_from_db()
    assert (reward.name, reward.family, reward.cost) == ("Cinema", family, 25)


@pytest.mark.parametrize("cost", ["", "0", "-5", "1000001", str(10**30), "ten"])
def test_a_cost_that_cannot_be_is_an_error_of_the_form(site, family, cost):
    response = site.post(f"{LIST}add/", {"name": "Cinema", "family": family.pk, "cost": cost})

    assert list(response.context["adminform"].form.errors) == ["cost"]


def test_a_deleted_reward_is_archived_and_what_waits_for_it_cancelled(site, reward, pending, child):
    confirmation = site.get(url(reward, "delete"))
    site.post(url(reward, "delete"), {"post": "yes"})

    reward.refresh_from_db()
    pending.refresh_from_db()
    child.refresh_from_db()
    assert "Requests that wait for it are cancelled." in confirmation.text
    assert reward.archived_at is not None
    assert pending.status == RewardRequest.Status.CANCELLED
    assert child.reserved == 0


def test_several_rewards_are_archived(site, reward, pending, strangers_reward):
    selected = [reward.pk, strangers_reward.pk]

    response = site.post(LIST, {"action": "delete_selected", "_selected_action": selected, "post": "yes"}, follow=True)

    assert said(response) == ["Successfully deleted 2 rewards."]
    assert not Reward.objects.active().exists()
    assert not RewardRequest.objects.pending().exists()


def test_an_archived_reward_is_not_listed_but_can_be_looked_at(site, reward):
    archive_reward(reward=reward, by=None)

    assert "Cinema" not in site.get(LIST).text
    assert "Cinema" in site.get(LIST, {"state": "archived"}).text
    assert site.get(url(reward, "change")).status_code == 200
    assert site.post(url(reward, "change"), {"name": "Back", "cost": 1}).status_code == 403
