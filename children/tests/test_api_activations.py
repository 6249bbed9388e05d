from datetime import datetime

import pytest

from children.models import Activation
from children.services.activations import activate
from children.tests.factories import earn

ACTIVATIONS = "/api/v1/activations/"


def activation_path(activation):
    return f"{ACTIVATIONS}{activation.pk}/cancel/"


def task_path(task):
    return f"/api/v1/tasks/{task.pk}/activate/"


def test_a_task_is_activated(api, parent, child, task):
    answer = api(parent).post(task_path(task), {"child": child.pk})

    activation = Activation.objects.get()
    assert answer.status_code == 201
    assert answer.json() == {
        "id": activation.pk,
        "kind": "task",
        "entity_id": task.pk,
        "child_id": child.pk,
        "delta": 10,
        "user_id": parent.pk,
        "occurred_at": activation.occurred_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "cancelled_at": None,
        "child": {"id": child.pk, "points": 10, "reserved": 0, "available": 10},
    }


def test_a_penalty_is_activated(api, parent, child, penalty):
    answer = api(parent).post(f"/api/v1/penalties/{penalty.pk}/activate/", {"child": child.pk})

    assert (answer.json()["kind"], answer.json()["delta"]) == ("penalty", -4)
    assert answer.json()["child"]["points"] == -4


def test_the_floor_shows_in_what_was_really_taken(api, parent, child, penalty, family):
    family.floor_at_zero = True
    family.save()
    earn(child, 3)

    answer = api(parent).post(f"/api/v1/penalties/{penalty.pk}/activate/", {"child": child.pk})

    assert (answer.json()["delta"], answer.json()["child"]["points"]) == (-3, 0)


def test_each_repeat_is_an_act_of_its_own(api, parent, child, task):
    ids = {api(parent).post(task_path(task), {"child": child.pk}).json()["id"] for _ in range(2)}

    assert len(ids) == 2


@pytest.mark.parametrize(
    "body", [{}, {"child": None}, {"child": "x"}, {"child": 1.5}, {"child": True}, {"child": [1]}, {"child": 10**30}]
)
def test_the_child_is_named(api, parent, task, body):
    answer = api(parent).post(task_path(task), body)

    assert answer.status_code == 400
    assert [error["attr"] for error in answer.json()["errors"]] == ["child"]


def test_a_foreign_or_removed_child_in_the_body_is_a_400(api, parent, task, child, sibling, strangers_child):
    api(parent).delete(f"/api/v1/children/{sibling.pk}/")

    for foreign in (strangers_child.pk, sibling.pk, 0, -1, 2**63 - 1):
        answer = api(parent).post(task_path(task), {"child": foreign})
        assert answer.status_code == 400
        assert (answer.json()["errors"][0]["attr"], answer.json()["errors"][0]["code"]) == ("child", "does_not_exist")
    assert not Activation.objects.exists()


def test_an_archived_or_foreign_task_is_not_found(api, parent, child, task, strangers_task):
    api(parent).delete(f"/api/v1/tasks/{task.pk}/")

    for gone in (task, strangers_task):
        assert api(parent).post(task_path(gone), {"child": child.pk}).status_code == 404


def test_a_child_does_not_help_itself(api, child, child_user, task):
    assert api(child_user).post(task_path(task), {"child": child.pk}).status_code == 403
    child.refresh_from_db()
    assert child.points == 0


# What was applied


def test_the_list_is_newest_first_and_filtered_by_child(api, parent, child, sibling, task, penalty):
    made = [
        activate(entity=entity, child=who, by=parent)
        for entity, who in ((task, child), (penalty, child), (task, sibling))
    ]
    client = api(parent)

    assert [each["id"] for each in client.get(ACTIVATIONS).json()["results"]] == [each.pk for each in reversed(made)]
    ada = client.get(ACTIVATIONS, {"child_id": child.pk}).json()
    assert (ada["count"], [each["kind"] for each in ada["results"]]) == (2, ["penalty", "task"])


def test_a_child_reads_its_own(api, child, child_user, sibling, task):
    activate(entity=task, child=child, by=None)
    activate(entity=task, child=sibling, by=None)
    client = api(child_user)

    assert [each["child_id"] for each in client.get(ACTIVATIONS).json()["results"]] == [child.pk]
    assert client.get(ACTIVATIONS, {"child_id": sibling.pk}).json()["results"] == []


def test_a_foreign_id_in_the_filter_finds_nothing(api, parent, stranger, child, strangers_child, task):
    activate(entity=task, child=child, by=parent)

    assert api(stranger).get(ACTIVATIONS).json()["count"] == 0
    assert api(stranger).get(ACTIVATIONS, {"child_id": child.pk}).json()["count"] == 0
    assert api(parent).get(ACTIVATIONS, {"child_id": strangers_child.pk}).json()["count"] == 0
    assert api(parent).get(ACTIVATIONS, {"child_id": 2**63 - 1}).json()["count"] == 0


# Undoing


def test_a_wrong_tap_is_undone(api, parent, child, task):
    activation = activate(entity=task, child=child, by=parent)

    answer = api(parent).post(activation_path(activation))

    assert answer.status_code == 200
    assert answer.json()["cancelled_at"] > answer.json()["occurred_at"]
    assert (answer.json()["delta"], answer.json()["child"]["points"]) == (10, 0)


def test_undoing_twice_changes_nothing(api, parent, child, task):
    activation = activate(entity=task, child=child, by=parent)

    first, second = (api(parent).post(activation_path(activation), {}) for _ in range(2))

    assert (second.status_code, second.json()) == (200, first.json())


def test_it_is_undone_though_the_task_is_archived(api, parent, child, task):
    activation = activate(entity=task, child=child, by=parent)
    api(parent).delete(f"/api/v1/tasks/{task.pk}/")

    assert api(parent).post(activation_path(activation)).json()["child"]["points"] == 0


def test_an_activation_of_a_removed_child_is_not_found(api, parent, child, task):
    activation = activate(entity=task, child=child, by=parent)
    api(parent).delete(f"/api/v1/children/{child.pk}/")

    assert api(parent).post(activation_path(activation)).status_code == 404
    assert api(parent).get(ACTIVATIONS).json()["count"] == 0


def test_children_and_strangers_undo_nothing(api, child, child_user, parent, stranger, task):
    activation = activate(entity=task, child=child, by=parent)

    assert api(child_user).post(activation_path(activation)).status_code == 403
    assert api(stranger).post(activation_path(activation)).status_code == 404
    activation.refresh_from_db()
    assert activation.cancelled_at is None


def test_a_field_that_is_not_known_is_named(api, parent, child, task):
    activation = activate(entity=task, child=child, by=parent)

    answer = api(parent).post(activation_path(activation), {"reason": "oops"})

    assert (answer.status_code, answer.json()["errors"][0]["attr"]) == (400, "reason")


def test_the_list_takes_a_constant_number_of_queries(api, parent, child, task, django_assert_num_queries):
    for _ in range(20):
        activate(entity=task, child=child, by=parent)

    with django_assert_num_queries(3):
        api(parent).get(ACTIVATIONS)


def test_times_are_in_utc_whatever_the_sites_time_zone(api, parent, child, task, settings):
    settings.TIME_ZONE = "Asia/Tokyo"

    answer = api(parent).post(f"/api/v1/tasks/{task.pk}/activate/", {"child": child.pk}).json()

    assert datetime.fromisoformat(answer["occurred_at"]) == Activation.objects.get().occurred_at
    assert answer["occurred_at"].endswith("Z")
