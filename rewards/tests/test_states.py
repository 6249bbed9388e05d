"""The whole table: what each act does to a request in each state."""

import pytest

from children.errors import AlreadyCancelled, AlreadyRedeemed, AlreadyRefunded, NotRedeemed
from children.tests.factories import earn
from rewards import signals
from rewards.services.requests import cancel_request, redeem_request, refund_request, request_reward

ACTS = {"redeem": redeem_request, "cancel": cancel_request, "refund": refund_request}
WAYS = {
    "pending": [],
    "redeemed": [redeem_request],
    "cancelled": [cancel_request],
    "refunded": [redeem_request, refund_request],
}
REDEEMED = (signals.reward_redeemed, "redeemed", 30, 0)
CANCELLED = (signals.reward_cancelled, "cancelled", 50, 0)
REFUNDED = (signals.reward_cancelled, "refunded", 50, 0)
UNCHANGED = None

TABLE = [
    ("pending", "redeem", REDEEMED),
    ("pending", "cancel", CANCELLED),
    ("pending", "refund", NotRedeemed),
    ("redeemed", "redeem", UNCHANGED),
    ("redeemed", "cancel", AlreadyRedeemed),
    ("redeemed", "refund", REFUNDED),
    ("cancelled", "redeem", AlreadyCancelled),
    ("cancelled", "cancel", UNCHANGED),
    ("cancelled", "refund", NotRedeemed),
    ("refunded", "redeem", AlreadyRefunded),
    ("refunded", "cancel", AlreadyRefunded),
    ("refunded", "refund", UNCHANGED),
]
CODES = {
    NotRedeemed: "not_redeemed",
    AlreadyRedeemed: "already_redeemed",
    AlreadyCancelled: "already_cancelled",
    AlreadyRefunded: "already_refunded",
}


@pytest.fixture
def request_in(reward, child, parent, announced):
    def make(state):
        earn(child, 50)
        request, _ = request_reward(reward=reward, child=child, by=parent)
        for act in WAYS[state]:
            act(request=request, by=parent)
        child.refresh_from_db()
        request.refresh_from_db()
        announced.clear()
        return request

    return make


def snapshot(child, request):
    child.refresh_from_db()
    request.refresh_from_db()
    return (child.points, child.reserved, child.sequence, request.status, request.sequence, request.settled_at)


@pytest.mark.parametrize(("state", "act", "outcome"), [row for row in TABLE if isinstance(row[2], tuple)])
def test_it_acts(request_in, child, parent, announced, state, act, outcome):
    request = request_in(state)
    sequence = child.sequence

    returned = ACTS[act](request=request, by=parent)

    points, reserved, after, status, _, settled_at = snapshot(child, request)
    (heard,) = announced
    assert (heard.signal, status, points, reserved) == outcome
    assert (after, heard.change.sequence) == (sequence + 1, sequence + 1)
    assert (returned.status, returned.settled_at) == (status, settled_at)
    assert (heard.change.after, heard.change.occurred_at) == (points, settled_at)


@pytest.mark.parametrize(("state", "act", "outcome"), [row for row in TABLE if row[2] is UNCHANGED])
def test_it_is_handed_back_unchanged_without_an_act(request_in, child, parent, announced, state, act, outcome):
    request = request_in(state)
    before = snapshot(child, request)

    returned = ACTS[act](request=request, by=parent)

    assert snapshot(child, request) == before
    assert (returned, returned.status, announced) == (request, state, [])


@pytest.mark.parametrize(("state", "act", "outcome"), [row for row in TABLE if isinstance(row[2], type)])
def test_it_is_refused(request_in, child, parent, announced, state, act, outcome):
    request = request_in(state)
    before = snapshot(child, request)

    with pytest.raises(outcome) as refusal:
        ACTS[act](request=request, by=parent)

    assert refusal.value.code == CODES[outcome]
    assert snapshot(child, request) == before
    assert announced == []


def test_the_table_is_whole():
    assert {(state, act) for state, act, _ in TABLE} == {(state, act) for state in WAYS for act in ACTS}


def test_a_stale_request_is_judged_by_what_is_there(request_in, parent):
    request = request_in("pending")
    redeem_request(request=request, by=parent)

    with pytest.raises(AlreadyRedeemed):
        cancel_request(request=request, by=parent)
