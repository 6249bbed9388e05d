"""A life that is long ago, an act a day, and the removal of what is older than one of these days."""

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from children import clock, guards
from children.services.activations import activate, cancel_activation
from rewards.services.requests import cancel_request, redeem_request, redeem_reward, refund_request, request_reward
from rewards.tests.factories import make_reward
from tracking.models import TrackingEvent

DAYS = range(1, 14)  # on which the child did something: its sequence is the day's number
RETENTION = 30


def noon(day):
    """No microseconds: SQLite then keeps it without any."""
    return datetime(2026, 3, 1, 12, tzinfo=UTC) + timedelta(days=day)


def live(child, sibling, task, penalty, by):
    """Each kind of act, and each undoing days after what it undoes. Returns the activations and requests by name."""
    lived, paid = {}, make_reward(child.family, cost=1, name="Paid")

    def ask():
        return request_reward(reward=paid, child=child, by=child.login)[0]

    for day, name, act in (
        (1, "done", lambda: activate(entity=task, child=child, by=by)),
        (2, "bad", lambda: activate(entity=penalty, child=child, by=by)),
        (3, "asked", ask),
        (4, "asked", lambda: redeem_request(request=lived["asked"], by=by)),
        (5, "given", lambda: redeem_reward(reward=paid, child=child, by=by)[0]),
        (6, "denied", ask),
        (7, "denied", lambda: cancel_request(request=lived["denied"], by=by)),
        (8, "bad", lambda: cancel_activation(activation=lived["bad"], by=by)),
        (9, "given", lambda: refund_request(request=lived["given"], by=by)),
        (10, "done", lambda: cancel_activation(activation=lived["done"], by=by)),
        (11, "asked", lambda: refund_request(request=lived["asked"], by=by)),
        (12, "again", lambda: activate(entity=task, child=child, by=by)),
        (13, "open", ask),
    ):
        with clock.pretend(noon(day)):
            lived[name] = act()
    with clock.pretend(noon(14)):
        activate(entity=task, child=sibling, by=by)
    return lived


@contextmanager
def retention_until(cutoff):
    """Have events kept from then on only."""
    usual, settings.RETENTION_DAYS = settings.RETENTION_DAYS, RETENTION
    try:
        with clock.pretend(cutoff + timedelta(days=RETENTION)):
            yield
    finally:
        settings.RETENTION_DAYS = usual


def purge(cutoff, *arguments):
    """Remove what occurred before that moment. Returns the exit status."""
    with retention_until(cutoff):
        try:
            call_command("purge_tracking", *arguments)
        except CommandError as error:
            return error.returncode
    return 0


def sequences(child):
    return list(TrackingEvent.objects.filter(child_id=child.pk).order_by("sequence").values_list("sequence", flat=True))


def change_by_hand(sql, *parameters):
    """What the guards would not let anybody change."""
    guards.lift(connection)
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
    guards.install(connection)
