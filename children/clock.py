"""The one clock of the trail: UTC, and within a family strictly forward."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta

from children.models import Family

_pretended: ContextVar[datetime | None] = ContextVar("pretended", default=None)


def now() -> datetime:
    """The machine's time in UTC, or what `pretend` set."""
    return _pretended.get() or datetime.now(UTC)


def tick(family: Family) -> datetime:
    """Return the moment of an act of `family`, strictly later than its last one even if the machine's clock stepped back.

    The caller holds the family's lock.
    """
    moment = now()
    if family.last_act_at is not None:
        moment = max(moment, family.last_act_at + timedelta(microseconds=1))
    family.last_act_at = moment
    family.save(update_fields=["last_act_at"])
    return moment


@contextmanager
def pretend(moment: datetime) -> Iterator[None]:
    """Set the clock, in this thread or task only. For the demo and tests."""
    token = _pretended.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _pretended.reset(token)
