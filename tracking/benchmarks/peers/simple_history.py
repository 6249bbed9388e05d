"""django-simple-history: models of others are registered, and the request tells who acts, as its middleware has it."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace

from django.apps import apps
from simple_history import register
from simple_history.models import HistoricalRecords

from children.models import Activation, Child, User

APP = "tracking.benchmarks.peers"


def watch() -> None:
    for model in (Child, Activation):
        register(model, app=APP)


@contextmanager
def acting(by: User) -> Iterator[None]:
    HistoricalRecords.context.request = SimpleNamespace(user=by)
    try:
        yield
    finally:
        del HistoricalRecords.context.request


def told(by: User) -> int:
    histories = [model for model in apps.get_models() if model.__name__.startswith("Historical")]
    return sum(model._default_manager.filter(history_user=by).count() for model in histories)
