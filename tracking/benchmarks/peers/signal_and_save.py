"""The plain way: a receiver that saves an instance in a savepoint, into the same table. No log, no bell."""

from contextlib import nullcontext as acting
from typing import Any

from django.db import transaction

from children.services.activations import ACTIVATED
from tracking.benchmarks.peers.chore import told
from tracking.benchmarks.peers.event import make_event

__all__ = ["acting", "told", "watch"]


def watch() -> None:
    ACTIVATED["task"].connect(_save)


@transaction.atomic
def _save(**act: Any) -> None:
    make_event(**act).save()
