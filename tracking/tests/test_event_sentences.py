"""The page of an event says in words what happened."""

import re

import pytest
from django.urls import reverse

from children.services.accounts import delete_user
from children.services.activations import activate, cancel_activation
from children.services.children import remove_child
from children.tests.factories import earn, make_child, make_penalty, make_task
from rewards.services.requests import cancel_request, redeem_request, redeem_reward, refund_request, request_reward
from rewards.services.rewards import archive_reward
from rewards.tests.factories import make_reward
from tracking.admin.sentence import HAPPENED
from tracking.models import TrackingEvent
from tracking.models.kinds import LEGAL_ACTIONS
from tracking.tests.factories import make_event

pytestmark = pytest.mark.once


def raw(site, event=None):
    """Return the sentence of an event's page, of the newest event's if none is given."""
    event = event or TrackingEvent.objects.newest_first().first()
    page = site.get(reverse("admin:tracking_trackingevent_change", args=[event.pk])).text
    (paragraph,) = re.findall(r'<p class="trail-sentence">(.*?)<span class="quiet">', page, re.DOTALL)
    return paragraph.strip()


def told(site, event=None):
    """The same without tags."""
    return re.sub(r"<[^>]+>", "", raw(site, event))


def test_a_task(site, task, child, parent):
    activate(entity=task, child=child, by=parent)

    assert told(site) == "parent gave 10 points to Ada for the task Dishes: 0 → 10."


def test_one_point_is_one_point(site, family, child, parent):
    activate(entity=make_task(family, points=1), child=child, by=parent)

    assert told(site) == "parent gave 1 point to Ada for the task Dishes: 0 → 1."


def test_a_task_that_is_undone(site, task, child, parent):
    activation = activate(entity=task, child=child, by=parent)
    cancel_activation(activation=activation, by=parent)

    assert told(site) == "parent undid the task Dishes of Ada, and took back 10 points: 10 → 0."


def test_a_penalty(site, penalty, child, parent):
    activate(entity=penalty, child=child, by=parent)

    assert told(site) == "parent took 4 points from Ada for the penalty Shouting: 0 → -4."


def test_a_penalty_that_is_undone(site, penalty, child, parent):
    activation = activate(entity=penalty, child=child, by=parent)
    cancel_activation(activation=activation, by=parent)

    assert told(site) == ("parent undid the penalty Shouting of Ada, and gave back the 4 points that it took: -4 → 0.")


@pytest.fixture
def floor(family):
    family.floor_at_zero = True
    family.save()


def test_a_penalty_that_stops_at_zero(site, floor, family, child, parent):
    earn(child, 3)
    activation = activate(entity=make_penalty(family, points=5), child=child, by=parent)

    assert (
        told(site) == "parent took 3 of 5 points from Ada for the penalty Shouting, since points stop at zero: 3 → 0."
    )
    cancel_activation(activation=activation, by=parent)
    assert told(site) == ("parent undid the penalty Shouting of Ada, and gave back the 3 points that it took: 0 → 3.")


def test_a_penalty_that_finds_nothing(site, floor, penalty, child, parent):
    activate(entity=penalty, child=child, by=parent)

    assert (
        told(site) == "parent took 0 of 4 points from Ada for the penalty Shouting, since points stop at zero: 0 → 0."
    )


def test_a_task_that_is_undone_when_its_points_are_gone(site, floor, family, task, child, parent):
    activation = activate(entity=task, child=child, by=parent)
    activate(entity=make_penalty(family, points=7), child=child, by=parent)
    cancel_activation(activation=activation, by=parent)

    assert told(site) == (
        "parent undid the task Dishes of Ada, and took back 3 of its 10 points, since points stop at zero: 3 → 0."
    )


@pytest.fixture
def cinema(family, child):
    earn(child, 50)
    return make_reward(family, cost=20)


def test_what_a_child_asks_for_and_withdraws(site, cinema, child, child_user):
    request, _ = request_reward(reward=cinema, child=child, by=child_user)
    assert told(site) == f"Ada asked for the reward {cinema.name} (20 points)."

    cancel_request(request=request, by=child_user)
    assert told(site) == f"Ada withdrew the request for the reward {cinema.name} (20 points)."


def test_what_a_parent_asks_for_and_denies(site, cinema, child, parent):
    request, _ = request_reward(reward=cinema, child=child, by=parent)
    assert told(site) == f"parent asked for the reward {cinema.name} (20 points) for Ada."

    cancel_request(request=request, by=parent)
    assert told(site) == f"parent denied Ada the reward {cinema.name} (20 points)."


def test_a_reward_that_is_redeemed_and_refunded(site, cinema, child, parent):
    request, _ = redeem_reward(reward=cinema, child=child, by=parent)
    assert told(site) == f"parent redeemed the reward {cinema.name} for Ada, at a cost of 20 points: 50 → 30."

    refund_request(request=request, by=parent)
    assert told(site) == f"parent refunded the reward {cinema.name} to Ada, and gave back 20 points: 30 → 50."


def test_a_request_that_is_redeemed(site, cinema, child, child_user, parent):
    request, _ = request_reward(reward=cinema, child=child, by=child_user)
    redeem_request(request=request, by=parent)

    assert told(site) == f"parent redeemed the reward {cinema.name} for Ada, at a cost of 20 points: 50 → 30."


def test_a_request_whose_reward_goes(site, cinema, child, parent):
    request_reward(reward=cinema, child=child, by=parent)
    archive_reward(reward=cinema, by=None)

    assert told(site) == (
        f"The system cancelled the request of Ada for the reward {cinema.name} (20 points), since the reward was deleted."
    )


def test_a_request_whose_child_goes(site, cinema, child, parent):
    request_reward(reward=cinema, child=child, by=parent)
    remove_child(child=child, by=parent)

    assert told(site) == (
        f"parent cancelled the request of removed child {child.pk} for the reward {cinema.name} (20 points), "
        "since the child was removed."
    )


def test_who_is_gone_is_told_as_what_it_was(site, task, child, parent, other_parent):
    activate(entity=task, child=child, by=parent)
    delete_user(user=parent, by=None)

    assert told(site) == "An anonymised parent gave 10 points to Ada for the task Dishes: 0 → 10."


def test_names_stand_apart_and_are_escaped(site, family, parent):
    child = make_child(family, "<i>Ada</i>")
    activate(entity=make_task(family, name="%(who)s <b>&"), child=child, by=parent)

    sentence = raw(site)
    assert "<bdi>parent</bdi>" in sentence
    assert "<bdi>&lt;i&gt;Ada&lt;/i&gt;</bdi>" in sentence
    assert "<bdi>%(who)s &lt;b&gt;&amp;</bdi>" in sentence
    assert '<span dir="ltr">0 → 10</span>' in sentence


JUNK = (None, [], {}, 7, "text", True, {"entity_name": None}, {"entity_name": " "}, {"entity_name": ["Dishes"]})


@pytest.mark.parametrize("metadata", JUNK)
def test_what_has_no_name_is_told_by_its_number(site, metadata):
    event = make_event(metadata=metadata, entity_id=7)

    assert told(site, event) == "The system gave 10 points to removed child 2 for the task 7: 0 → 10."


@pytest.mark.parametrize("metadata", [*JUNK, {"cost": 20, "reason": ["denied"]}, {"cost": 2**70, "reason": "because"}])
def test_a_reward_is_told_whatever_the_reason(site, metadata):
    event = make_event(
        metadata=metadata, entity_type="reward", entity_id=7, action="cancelled", points_after=0, delta=0
    )

    assert told(site, event).startswith("The system cancelled the reward 7")


@pytest.mark.parametrize("nominal", ["5", 5.5, [5], True, -5, 0, 2**70, None])
def test_a_penalty_is_told_whatever_its_points_should_have_been(site, nominal):
    event = make_event(
        metadata={"entity_name": "Shouting", "points": nominal}, entity_type="penalty", points_after=-3, delta=-3
    )

    assert told(site, event) == "The system took 3 points from removed child 2 for the penalty Shouting: 0 → -3."


def test_what_takes_less_than_it_should_above_zero_is_not_told_to_stop_there(site):
    event = make_event(metadata={"points": 5}, entity_type="penalty", points_before=9, points_after=6, delta=-3)

    assert told(site, event) == "The system took 3 points from removed child 2 for the penalty 3: 9 → 6."


def test_whatever_can_happen_has_its_sentence():
    assert set(HAPPENED) == {(kind, action) for kind, actions in LEGAL_ACTIONS.items() for action in actions}
