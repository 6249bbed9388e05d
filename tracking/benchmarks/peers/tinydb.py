"""The earlier store: a JSON file, which TinyDB reads and writes anew for each event. CHORE_TEST_KEPT are in it before."""

import json
import os
from contextlib import nullcontext as acting
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from tinydb import TinyDB, where

from children.models import User
from children.services.activations import ACTIVATED
from tracking.benchmarks.peers.event import make_event
from tracking.models import TrackingEvent

__all__ = ["acting", "told", "watch"]

KEPT = int(os.environ.get("CHORE_TEST_KEPT", "0"))


def watch() -> None:
    ACTIVATED["task"].connect(_insert)


def told(by: User) -> int:
    return _store().count(where("user_id") == by.pk)


def _insert(**act: Any) -> None:
    event = make_event(**act).to_dict()
    transaction.on_commit(lambda: _store().insert(event))


@cache
def _store() -> TinyDB:
    path = Path(settings.DATA_DIR, "tinydb.json")
    events = {number: _somebodys(number).to_dict() for number in range(1, KEPT + 1)}
    path.write_text(json.dumps({"_default": events}))
    return TinyDB(path)


def _somebodys(number: int) -> TrackingEvent:
    now = datetime.now(UTC)
    details = {"entity_name": "Dishes", "points": 10, "activation_id": number}
    values = dict.fromkeys(("family_id", "child_id", "entity_id"), 0) | {"sequence": number, "delta": 10}
    values |= {"points_before": 10 * number, "points_after": 10 * number + 10}
    texts = {"actor_role": "parent", "entity_type": "task", "action": "activated"}
    return TrackingEvent(**values, **texts, occurred_at=now, created_at=now, metadata=details)
