"""`Idempotency-Key`: what is sent again is done once, and answered the same."""

from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.db.models import QuerySet

from children import clock
from children.locks import lock_family
from children.models import Activation, AuthToken, IdempotencyKey, User
from children.services.accounts import delete_user
from children.services.activations import activate
from children.tests.documented import operations
from children.tests.endpoints import endpoints
from children.tests.factories import earn
from rewards.models import RewardRequest
from tracking.models import TrackingEvent
from tracking.tests.racing import queue, race

MOVE_POINTS = {
    "activations/<int:pk>/cancel/",
    "penalties/<int:pk>/activate/",
    "reward-requests/<int:pk>/cancel/",
    "reward-requests/<int:pk>/redeem/",
    "reward-requests/<int:pk>/refund/",
    "rewards/<int:pk>/redeem/",
    "rewards/<int:pk>/request/",
    "tasks/<int:pk>/activate/",
}
real_commits = pytest.mark.django_db(transaction=True)


def key(value="tap-1"):
    return {"Idempotency-Key": value}


@pytest.fixture
def tap(api, parent, task, child):
    """A function that taps on the task, under a key."""

    def post(value="tap-1", *, by=parent, body=None, path=f"/api/v1/tasks/{task.pk}/activate/"):
        body = {"child": child.pk} if body is None else body
        client = api(by)
        client.raise_request_exception = False
        return client.post(path, body, headers={} if value is None else key(value))

    return post


def code(answer):
    (error,) = answer.json()["errors"]
    return answer.status_code, error["code"], error["attr"]


def test_a_retry_is_answered_the_same_and_changes_nothing(tap, child):
    first, again = tap(), tap()

    child.refresh_from_db()
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert (child.points, Activation.objects.count(), TrackingEvent.objects.count()) == (10, 1, 1)


def test_the_answer_is_that_of_then(tap, child):
    first = tap("tap-1")
    tap("tap-2")

    again = tap("tap-1")

    assert again.json()["child"]["points"] == first.json()["child"]["points"] == 10


@pytest.mark.parametrize("keys", [("tap-1", "tap-2"), (None, None)])
def test_without_a_key_or_under_another_each_is_an_act(tap, child, keys):
    answers = [tap(value) for value in keys]

    child.refresh_from_db()
    assert child.points == 20
    assert answers[0].json()["id"] != answers[1].json()["id"]


def test_two_spellings_of_one_body_are_the_same(api, parent, task, child):
    path = f"/api/v1/tasks/{task.pk}/activate/"

    for body in (f'{{"child":{child.pk}}}', f'{{ "child" : {child.pk} }}\n'):
        assert api(parent).post(path, body, content_type="application/json", headers=key()).status_code == 201

    assert Activation.objects.count() == 1


def test_another_body_is_refused(tap, sibling):
    tap()

    assert code(tap(body={"child": sibling.pk})) == (422, "idempotency_key_reused", None)
    assert Activation.objects.count() == 1


def test_another_path_is_refused(tap, penalty):
    tap()

    assert code(tap(path=f"/api/v1/penalties/{penalty.pk}/activate/")) == (422, "idempotency_key_reused", None)
    assert Activation.objects.count() == 1


def test_each_user_has_keys_of_its_own(tap, parent, other_parent):
    tap(by=parent)

    answer = tap(by=other_parent)

    assert (answer.status_code, answer.json()["user_id"]) == (201, other_parent.pk)
    assert Activation.objects.count() == 2


def test_a_refusal_is_judged_anew(tap, reward, child):
    def ask():
        return tap(path=f"/api/v1/rewards/{reward.pk}/request/")

    assert code(ask()) == (409, "insufficient_points", None)
    assert not IdempotencyKey.objects.exists()
    earn(child, 20)

    assert ask().status_code == 201
    assert ask().headers["Idempotent-Replayed"] == "true"
    assert RewardRequest.objects.count() == 1


def test_after_a_malformed_body_the_key_is_free(tap, strangers_child):
    assert tap(body={"child": strangers_child.pk}).status_code == 400

    assert tap().status_code == 201


def test_an_answer_that_nothing_changed_is_kept_too(tap, task, child, parent):
    activation = activate(entity=task, child=child, by=parent)
    path = f"/api/v1/activations/{activation.pk}/cancel/"

    answers = [tap(value, path=path, body={}) for value in ("tap-1", "tap-2", "tap-2")]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert ["Idempotent-Replayed" in answer.headers for answer in answers] == [False, False, True]
    assert TrackingEvent.objects.count() == 2


@pytest.mark.parametrize("value", ["", " ", "ключ", "a\tb", "a" * 256, "\x7f"])
def test_a_malformed_key_is_named(tap, value):
    assert code(tap(value)) == (400, "invalid", "Idempotency-Key")
    assert not Activation.objects.exists()


@pytest.mark.parametrize("value", ["a", "a" * 255, '"8e03978e-40d5-43dd-bc93-6894a57f9324"', "two words", "~"])
def test_any_other_is_taken(tap, value):
    assert [tap(value).status_code for _ in range(2)] == [201, 201]
    assert Activation.objects.count() == 1


def test_after_a_day_the_key_is_free(tap):
    tap()

    with clock.pretend(clock.now() + timedelta(hours=23, minutes=59)):
        assert "Idempotent-Replayed" in tap().headers
    with clock.pretend(clock.now() + timedelta(hours=24, seconds=1)):
        assert "Idempotent-Replayed" not in tap().headers
    assert Activation.objects.count() == IdempotencyKey.objects.count() + 1 == 2


def test_a_read_only_token_stays_one(client, parent, task, child):
    _, text = AuthToken.objects.create(user=parent, read_only=True)
    headers = {**key(), "Authorization": f"Bearer {text}"}

    answer = client.post(
        f"/api/v1/tasks/{task.pk}/activate/", {"child": child.pk}, content_type="application/json", headers=headers
    )

    assert answer.status_code == 403
    assert not IdempotencyKey.objects.exists()


def test_keys_go_with_their_user(tap, other_parent, parent):
    tap(by=other_parent)
    tap(by=parent)

    delete_user(user=other_parent, by=parent)

    assert [kept.user for kept in IdempotencyKey.objects.all()] == [parent]


def test_every_post_that_moves_points_understands_it_and_says_so():
    understood = {
        each.route for each in endpoints() if hasattr(getattr(each.view.cls, each.action, None), "idempotent")
    }
    told = {
        path.removeprefix("api/v1/").replace("{}", "<int:pk>")
        for (_, path), operation in operations().items()
        if "422" in operation["responses"]
        and any(parameter["name"] == "Idempotency-Key" for parameter in operation["parameters"])
    }

    assert understood == told == MOVE_POINTS


def test_elsewhere_it_is_ignored(api, parent):
    for _ in range(2):
        assert api(parent).post("/api/v1/tasks/", {"name": "Dishes", "points": 5}, headers=key()).status_code == 201


# At once


@real_commits
def test_eight_at_once_are_one_act(tap, child):
    answers = race(*[tap] * 8)

    child.refresh_from_db()
    assert {(answer.status_code, answer.content) for answer in answers} == {(201, answers[0].content)}
    assert sum("Idempotent-Replayed" in answer.headers for answer in answers) == 7
    assert (child.points, child.sequence, TrackingEvent.objects.count()) == (10, 1, 1)


@real_commits
@pytest.mark.postgresql
def test_a_twin_waits_for_the_first(tap):
    first, second = queue(tap, tap)

    assert second.content == first.content
    assert "Idempotent-Replayed" in second.headers


@real_commits
@pytest.mark.postgresql
def test_who_deletes_the_user_does_not_meet_its_retry_the_other_way_round(task, child, parent, other_parent, tap):
    """The key has expired: were its row locked while the act waits for the family, the two would wait for each other."""
    with clock.pretend(clock.now() - timedelta(days=2)):
        tap(by=other_parent)

    _, refused = queue(
        lambda: lock_family(parent.family_id),
        lambda: tap(by=other_parent),
        then=lambda: delete_user(user=other_parent, by=parent),
    )

    assert refused.status_code == 401
    assert not User.objects.filter(pk=other_parent.pk).exists()
    assert not IdempotencyKey.objects.exists()


@real_commits
@pytest.mark.postgresql
def test_a_user_that_is_deleted_during_its_act_leaves_no_key(task, child, parent, other_parent, tap):
    answer, deleted = queue(lambda: tap(by=other_parent), lambda: delete_user(user=other_parent, by=parent))

    assert (answer.status_code, deleted) == (201, None)
    assert not IdempotencyKey.objects.exists()


def test_a_key_that_goes_with_its_user_under_a_twin_that_waits(tap, monkeypatch):
    """PostgreSQL refuses the twin's row for the first's, and that one is gone when it looks for it."""
    refused = QuerySet.get_or_create

    def lose(rows, **kwargs):
        if rows.model is IdempotencyKey:
            raise IntegrityError
        return refused(rows, **kwargs)

    monkeypatch.setattr(QuerySet, "get_or_create", lose)

    assert code(tap()) == (503, "unavailable", None)
    assert not Activation.objects.exists()


def test_another_family_is_not_told_what_was_answered(tap, stranger, strangers_task, task, child):
    tap()

    assert tap(by=stranger).status_code == 404
