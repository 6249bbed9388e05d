from datetime import timedelta
from threading import Event, Thread

import pytest
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connection

from children import clock
from children.models import AuthToken, IdempotencyKey
from children.services import housekeeping
from children.services.housekeeping import keep_house, keep_house_every
from tracking.tests.racing import holding

DAY = timedelta(days=1)


def make_key(user, age, key="tap"):
    return IdempotencyKey.objects.create(user=user, key=key, fingerprint="", created_at=clock.now() - age)


def make_token(user, life):
    token, _ = AuthToken.objects.create(user=user)
    AuthToken.objects.filter(pk=token.pk).update(expiry=life and clock.now() + life)
    return token


def make_session(key, life):
    return Session.objects.create(session_key=key, session_data="", expire_date=clock.now() + life)


def test_what_has_expired_goes_and_the_rest_stays(parent, capsys):
    make_key(parent, DAY, "old")
    young = make_key(parent, DAY - timedelta(minutes=1), "young")
    make_token(parent, -DAY)
    tokens = {make_token(parent, DAY), make_token(parent, None)}
    make_session("old", -DAY)
    session = make_session("young", DAY)

    call_command("housekeeping")

    assert list(IdempotencyKey.objects.all()) == [young]
    assert set(AuthToken.objects.all()) == tokens
    assert list(Session.objects.all()) == [session]
    assert (
        "Removed 1 expired idempotency keys, 1 expired tokens, 1 expired sessions, 0 accounts"
        in capsys.readouterr().out
    )


def test_it_goes_chunk_by_chunk(parent, monkeypatch):
    monkeypatch.setattr(housekeeping, "CHUNK", 2)
    for number in range(5):
        make_key(parent, DAY, str(number))

    removed, failed = keep_house()

    assert (removed["expired idempotency keys"], failed) == (5, [])
    assert not IdempotencyKey.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_what_fails_is_told_and_does_not_hold_up_the_rest(parent):
    make_session("old", -DAY)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE children_idempotencykey RENAME TO away")
        try:
            with pytest.raises(CommandError, match="idempotency keys"):
                call_command("housekeeping")
        finally:
            cursor.execute("ALTER TABLE away RENAME TO children_idempotencykey")

    assert not Session.objects.exists()


@pytest.mark.parametrize("seconds", ["0", "-1", "1.5", "soon", "", "1000001"])
def test_a_pause_that_is_none_is_refused(seconds):
    with pytest.raises(CommandError, match="whole seconds"):
        call_command("housekeeping", f"--loop={seconds}")


@pytest.mark.django_db(transaction=True)
def test_it_goes_on_until_it_is_told_to_end(parent, monkeypatch):
    made, end = make_key(parent, DAY), Event()
    rounds = []

    def note(seconds):
        assert connection.connection is None
        rounds.append(IdempotencyKey.objects.filter(pk=made.pk).exists())
        connection.close()
        return len(rounds) == 3

    monkeypatch.setattr(end, "wait", note)
    thread = Thread(target=keep_house_every, args=[60], kwargs={"until": end})
    thread.start()
    thread.join(20)

    assert not thread.is_alive()
    assert rounds == [False, False, False]


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgresql
def test_it_waits_for_nobody(parent, other_parent):
    """Who deletes a user with its keys could meet it the other way round."""
    for user in (parent, other_parent):
        make_key(user, DAY)

    with holding(lambda: list(IdempotencyKey.objects.select_for_update().filter(user=other_parent))):
        removed, failed = keep_house()

    assert (removed["expired idempotency keys"], failed) == (1, [])
    assert [key.user for key in IdempotencyKey.objects.all()] == [other_parent]
