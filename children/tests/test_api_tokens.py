import uuid
from datetime import UTC, datetime, timedelta

import pytest

from children.models import AuthToken
from children.tests.documented import DocumentedClient

TOKENS = "/api/v1/auth/tokens/"


def make_token(user, **values):
    return AuthToken.objects.create(user=user, **values)


def with_token(text):
    return DocumentedClient(HTTP_AUTHORIZATION=f"Bearer {text}")


def test_a_user_lists_its_tokens_without_their_secrets(parent):
    tablet, text = make_token(parent, name="Tablet")
    light, _ = make_token(parent, name="Light switch", read_only=True)

    answer = with_token(text).get(TOKENS)

    assert answer.json()["count"] == 2
    assert [(token["id"], token["name"], token["read_only"]) for token in answer.json()["results"]] == [
        (str(tablet.uid), "Tablet", False),
        (str(light.uid), "Light switch", True),
    ]
    assert text not in answer.content.decode()
    assert tablet.digest not in answer.content.decode()


def test_neither_others_tokens_nor_expired_ones_are_listed(api, parent, other_parent):
    make_token(other_parent)
    make_token(parent, expiry=timedelta(seconds=-1))

    assert api(parent).get(TOKENS).json()["results"] == []


def test_a_token_is_ended(api, parent):
    token, text = make_token(parent)

    assert api(parent).delete(f"{TOKENS}{token.uid}/").status_code == 204
    assert with_token(text).get("/api/v1/me/").status_code == 401


def test_a_token_can_end_itself(parent):
    token, text = make_token(parent)

    assert with_token(text).delete(f"{TOKENS}{token.uid}/").status_code == 204
    assert not AuthToken.objects.exists()


def test_somebody_elses_token_is_not_found(api, parent, other_parent):
    token, _ = make_token(other_parent)

    assert api(parent).delete(f"{TOKENS}{token.uid}/").status_code == 404
    assert AuthToken.objects.exists()


@pytest.mark.parametrize("unknown", [uuid.uuid4(), "1", "x" * 1000, "%00"])
def test_a_token_that_is_not_there_is_not_found(api, parent, unknown):
    assert api(parent).delete(f"{TOKENS}{unknown}/").status_code == 404


def test_logging_out_ends_this_token_only(parent):
    _, text = make_token(parent)
    _, other = make_token(parent)

    assert with_token(text).post("/api/v1/auth/logout/").status_code == 204
    assert with_token(text).get("/api/v1/me/").status_code == 401
    assert with_token(other).get("/api/v1/me/").status_code == 200


def test_logging_out_everywhere_ends_all_of_ones_own(parent, other_parent):
    texts = [make_token(parent)[1] for _ in range(2)]
    _, others = make_token(other_parent)

    assert with_token(texts[0]).post("/api/v1/auth/logoutall/").status_code == 204
    assert [with_token(text).get("/api/v1/me/").status_code for text in texts] == [401, 401]
    assert with_token(others).get("/api/v1/me/").status_code == 200


def test_a_read_only_token_reads_and_changes_nothing(parent, task, child):
    token, text = make_token(parent, read_only=True)
    client = with_token(text)

    assert client.get("/api/v1/tasks/").status_code == 200
    for answer in (
        client.post(f"/api/v1/tasks/{task.pk}/activate/", {"child": child.pk}),
        client.patch(f"/api/v1/tasks/{task.pk}/", {"points": 99}),
        client.delete(f"/api/v1/tasks/{task.pk}/"),
        client.delete(f"{TOKENS}{token.uid}/"),
        client.post("/api/v1/auth/logoutall/"),
    ):
        assert answer.status_code == 403
        assert answer.json()["errors"][0]["code"] == "read_only_token"
    child.refresh_from_db()
    assert child.points == 0


def test_a_read_only_token_may_log_itself_out(parent):
    _, text = make_token(parent, read_only=True)

    assert with_token(text).post("/api/v1/auth/logout/").status_code == 204
    assert not AuthToken.objects.exists()


def test_an_expired_token_is_refused(parent):
    _, text = make_token(parent, expiry=timedelta(seconds=-1))

    assert with_token(text).get("/api/v1/me/").status_code == 401


def test_the_token_of_an_inactive_user_is_refused(parent):
    _, text = make_token(parent)
    parent.is_active = False
    parent.save()

    assert with_token(text).get("/api/v1/me/").status_code == 401


def test_times_are_in_utc(api, parent):
    make_token(parent)

    (token,) = api(parent).get(TOKENS).json()["results"]

    assert token["created"].endswith("Z")
    assert datetime.fromisoformat(token["expiry"]) > datetime.now(UTC)
