"""What is made up at random hits nothing. Here it gets, most of the time, ids, names and keys that there are."""

import hypothesis.strategies as st
from django.utils import timezone

from children.models import IdempotencyKey
from children.tests.factories import PASSWORD
from rewards.models import RewardRequest
from rewards.services.requests import cancel_request, redeem_reward, refund_request, request_reward
from rewards.tests.factories import make_reward

MOSTLY = st.sampled_from([True, True, True, False])
GOOD_KEYS = st.sampled_from([None, "a new one", "a new one", "used before"])
KEYS = st.sampled_from([None, "a new one", "used before", "", "\u00fc"])
USUAL = {
    "username": ["parent", "ada", "somebody-new", "somebody-else"],
    "password": [PASSWORD],
    "old": [PASSWORD],
    "new": ["quite another pass phrase"],
    "timezone": ["Europe/Berlin"],
    "limit": [1, 50],
    "offset": [0, 1],
    "occurred_after": ["2026-01-01", "2026-01-01T08:00:00Z"],
    "occurred_before": ["2030-01-01", "2030-01-01T08:00:00Z"],
}


def add_every_state(family, child, by):
    """Requests that were cancelled and refunded, a pending one that is too dear by now, and a reward that is too dear for anybody."""
    cancelled, _ = request_reward(reward=make_reward(family, cost=6), child=child, by=by)
    cancel_request(request=cancelled, by=by)
    refunded, _ = redeem_reward(reward=make_reward(family, cost=6), child=child, by=by)
    refund_request(request=refunded, by=by)
    return make_reward(family, cost=1_000_000)


def use_up_a_key(users):
    rows = [
        IdempotencyKey(
            user=user, key="used before", fingerprint="?", status=200, answer="{}", created_at=timezone.now()
        )
        for user in users
    ]
    IdempotencyKey.objects.bulk_create(rows)


def targets(things, children, dear, tokens):
    """Values by the name of a field or parameter, and ids by what stands before them in a path."""
    requests = sorted(RewardRequest.objects.values_list("pk", flat=True))
    ids = {name: [number] for name, number in things.items()}
    ids |= {"reward-requests": requests, "rewards": [things["rewards"], dear.pk], "tokens": tokens}
    family = [child.pk for child in children]
    return ids, {**USUAL, "child": family, "child_id": family, "entity_id": [things["tasks"]]}


@st.composite
def aimed(draw, cases, ids, values, always):
    """Cases of an operation with some of those: always, or mostly, and otherwise as they were made up."""
    aims = st.just(True) if always else MOSTLY
    case = draw(cases)
    if case.path_parameters and draw(aims):
        case.path_parameters = {"id": draw(st.sampled_from(ids))}
    for container in (case.query, case.body):
        for name in _known(container, values):
            if draw(aims):
                container[name] = draw(st.sampled_from(values[name]))
    if "Idempotency-Key" in case.operation.headers:
        _give_key(case.headers, draw(GOOD_KEYS if always else KEYS))
    return case


def _known(container, values):
    return [name for name in container if name in values] if isinstance(container, dict) else []


def _give_key(headers, key):
    headers.pop("Idempotency-Key", None)
    if key is not None:
        headers["Idempotency-Key"] = key
