"""Holding what clients were answered against what is in the database."""

import io
import json
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.core.management import CommandError, call_command

from tracking.tests.faults.crowd import Member
from tracking.tests.faults.notes import note
from tracking.tests.faults.posting import Answer
from tracking.tests.installation import Installation

SCRIPT = """
import json
from django.core.serializers.json import DjangoJSONEncoder
from children.models import Activation, IdempotencyKey
from rewards.models import RewardRequest
from tracking.models import TrackingEvent

print(json.dumps({
    "events": [event.to_dict() for event in TrackingEvent.objects.order_by("child_id", "sequence")],
    "activations": sorted(Activation.objects.values_list("pk", flat=True)),
    "requests": sorted(RewardRequest.objects.values_list("pk", flat=True)),
    "keys": sorted(IdempotencyKey.objects.values_list("key", flat=True)),
}, cls=DjangoJSONEncoder))
"""
ACTIONS = {"pending": "requested", "redeemed": "redeemed", "cancelled": "cancelled", "refunded": "cancelled"}


def audit(installation: Installation, answers: Iterable[Answer], keys: Iterable[str] = ()) -> None:
    """Prove that the acts in the database are those that were answered: none is lost, none is there twice, no key without its act."""
    there = installation.tell(SCRIPT)
    answered = Counter(_act_of(answer.told) for answer in answers)
    recorded = Counter(map(_act_told_by, there["events"]))
    assert answered - recorded == Counter(), f"answered, and lost: {answered - recorded}"
    assert recorded - answered == Counter(), f"recorded, and never answered: {recorded - answered}"
    assert there["keys"] == sorted(keys), {*there["keys"]} ^ {*keys}
    for what, rows in (("activation_id", there["activations"]), ("request_id", there["requests"])):
        told = {number for name, number, *_ in answered if name == what}
        assert rows == sorted(told), f"{what}: {told ^ {*rows}}"
    assert_contiguous(there["events"])
    installation.manage("verify_tracking")


def assert_contiguous(events: Iterable[dict[str, Any]]) -> None:
    for child, its in groupby(events, key=itemgetter("child_id")):
        sequences = [event["sequence"] for event in its]
        assert sequences == list(range(1, len(sequences) + 1)), f"child {child}"


def answers_of(members: Iterable[Member]) -> dict[str, Answer]:
    return {key: answer for member in members for key, answer in member.done.items()}


def tally(members: list[Member], **more: int) -> None:
    """Tell what there was, for `pytest -rP`."""
    counts = {
        "acts": sum(len(member.done) for member in members),
        "refused": sum(member.refused for member in members),
        "retries": sum(member.retries for member in members),
        "replays": sum(answer.is_replay for answer in answers_of(members).values()),
    }
    note(", ".join(f"{count} {what}" for what, count in (counts | more).items()))


def findings() -> list[dict[str, Any]]:
    """What verify_tracking finds in this process."""
    printed = io.StringIO()
    with suppress(CommandError):
        call_command("verify_tracking", format="json", stdout=printed)
    found: list[dict[str, Any]] = json.loads(printed.getvalue())["findings"]
    return found


def _act_of(told: dict[str, Any]) -> tuple[Any, ...]:
    """An act as its answer tells it."""
    if "kind" in told:
        action = "cancelled" if told["cancelled_at"] else "activated"
        what, moment = "activation_id", told["cancelled_at"] or told["occurred_at"]
    else:
        action = ACTIONS[told["status"]]
        what, moment = "request_id", told["settled_at"] or told["requested_at"]
    return what, told["id"], action, told["child_id"], moment, told["child"]["points"]


def _act_told_by(event: dict[str, Any]) -> tuple[Any, ...]:
    """An act as its event tells it."""
    metadata = event["metadata"]
    what = "activation_id" if "activation_id" in metadata else "request_id"
    moment, points = event["occurred_at"], event["points_after"]
    return what, metadata[what], event["action"], event["child_id"], moment, points
