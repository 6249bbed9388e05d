"""Tasks and penalties; rewards behave alike and have `rewards/tests/test_api_rewards.py`."""

import pytest

from children.models import MAX_POINTS, Penalty, Task
from children.tests.factories import make_penalty, make_task

MODELS = {"tasks": Task, "penalties": Penalty}
MAKE = {"tasks": make_task, "penalties": make_penalty}


@pytest.fixture(params=["tasks", "penalties"])
def kind(request):
    return request.param


@pytest.fixture
def items(kind):
    return f"/api/v1/{kind}/"


@pytest.fixture
def item(kind, family):
    return MAKE[kind](family, 10, name="Dishes")


@pytest.fixture
def path(items, item):
    return f"{items}{item.pk}/"


def test_the_family_reads_its_list(api, items, item, parent, child_user):
    expected = {
        "count": 1,
        "next": None,
        "previous": None,
        "results": [{"id": item.pk, "name": "Dishes", "points": 10}],
    }

    assert api(parent).get(items).json() == expected
    assert api(child_user).get(items).json() == expected


def test_one_is_read(api, path, item, child_user):
    assert api(child_user).get(path).json() == {"id": item.pk, "name": "Dishes", "points": 10}


def test_a_parent_makes_one(api, kind, items, parent, family):
    answer = api(parent).post(items, {"name": " Vacuum ", "points": 5})

    item = MODELS[kind].objects.get()
    assert answer.status_code == 201
    assert answer.json() == {"id": item.pk, "name": "Vacuum", "points": 5}
    assert item.family == family


def test_a_parent_edits_one(api, path, item, parent):
    client = api(parent)

    assert client.patch(path, {"points": 7}).json() == {"id": item.pk, "name": "Dishes", "points": 7}
    assert client.patch(path, {}).status_code == 200
    assert client.put(path, {"name": "Plates", "points": 8}).json() == {"id": item.pk, "name": "Plates", "points": 8}
    assert client.put(path, {"name": "Plates"}).status_code == 400


def test_deleting_archives(api, items, path, item, parent):
    client = api(parent)

    assert client.delete(path).status_code == 204

    item.refresh_from_db()
    assert item.archived_at is not None
    assert client.get(items).json()["count"] == 0
    for answer in (client.get(path), client.patch(path, {"points": 1}), client.delete(path)):
        assert answer.status_code == 404


def test_a_child_changes_nothing(api, items, path, child_user):
    client = api(child_user)

    for answer in (
        client.post(items, {"name": "Ice cream", "points": 1}),
        client.patch(path, {"points": 1}),
        client.put(path, {"name": "Ice cream", "points": 1}),
        client.delete(path),
    ):
        assert answer.status_code == 403


def test_somebody_elses_is_not_found(api, items, path, item, stranger):
    client = api(stranger)

    assert client.get(items).json()["count"] == 0
    for answer in (
        client.get(path),
        client.patch(path, {"points": 1}),
        client.put(path, {"name": "Mine", "points": 1}),
        client.delete(path),
    ):
        assert answer.status_code == 404
    item.refresh_from_db()
    assert (item.name, item.points, item.archived_at) == ("Dishes", 10, None)


def test_points_have_bounds(api, items, parent):
    client = api(parent)

    statuses = [
        client.post(items, {"name": "Dishes", "points": points}).status_code
        for points in (1, MAX_POINTS, 0, -1, MAX_POINTS + 1, 10**30, 1.5, "1.5", "x", True, None, [1], {})
    ]

    assert statuses == [201, 201, *[400] * 11]


@pytest.mark.parametrize(
    ("body", "attr"),
    [
        ({"points": 1}, "name"),
        ({"name": "Dishes"}, "points"),
        ({"name": "x" * 201, "points": 1}, "name"),
        ({"name": "Di\0shes", "points": 1}, "name"),
        ({"name": "Dishes", "points": 1, "cost": 2}, "cost"),
        ({"name": "Dishes", "points": 1, "family": 2}, "family"),
    ],
)
def test_what_is_wrong_is_named(api, items, parent, body, attr):
    answer = api(parent).post(items, body)

    assert answer.status_code == 400
    assert [error["attr"] for error in answer.json()["errors"]] == [attr]


def test_lists_are_read_in_pages(api, kind, items, parent, family):
    names = [MAKE[kind](family, name=f"No. {number}").name for number in range(55)]
    client = api(parent)

    first = client.get(items).json()
    second = client.get(first["next"]).json()

    assert (first["count"], len(first["results"]), first["previous"]) == (55, 50, None)
    assert (second["count"], len(second["results"]), second["next"]) == (55, 5, None)
    assert [item["name"] for item in first["results"] + second["results"]] == names
    assert client.get(second["previous"]).json()["results"] == first["results"]


def test_a_page_is_as_long_as_wished_up_to_five_hundred(api, kind, items, parent, family):
    MODELS[kind].objects.bulk_create(MODELS[kind](family=family, name="Dishes", points=1) for _ in range(501))
    client = api(parent)

    assert len(client.get(items, {"limit": 7}).json()["results"]) == 7
    assert len(client.get(items, {"limit": 9_999}).json()["results"]) == 500
    assert client.get(items, {"offset": 500}).json()["results"][0]["name"] == "Dishes"
    assert client.get(items, {"offset": 10**18}).json()["results"] == []
