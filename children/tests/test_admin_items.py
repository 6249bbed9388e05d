import pytest
from django.urls import reverse

from children.models import Penalty, Task
from children.services.activations import activate
from children.services.items import archive_item

LIST = "/admin/children/task/"
ADD = "/admin/children/task/add/"


def url(item, page):
    return reverse(f"admin:children_{item.kind}_{page}", args=[item.pk])


def said(response):
    return [str(message) for message in response.context["messages"]]


@pytest.mark.parametrize("model", [Task, Penalty])
def test_a_task_or_a_penalty_is_added(site, family, model):
    site.post(f"/admin/children/{model.kind}/add/", {"name": "Dishes", "family": family.pk, "points": 5})

    item = model.objects.get()
    assert (item.name, item.family, item.points) == ("Dishes", family, 5)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "Dish\0es"}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"family": ""}, "family"),
        ({"family": str(10**30)}, "family"),
        ({"points": ""}, "points"),
        ({"points": "0"}, "points"),
        ({"points": "1000001"}, "points"),
        ({"points": str(10**30)}, "points"),
        ({"points": "9" * 5000}, "points"),
        ({"points": "five"}, "points"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(site, family, values, field):
    response = site.post(ADD, {"name": "Dishes", "family": family.pk, "points": 5, **values})

    assert response.status_code == 200
    assert list(response.context["adminform"].form.errors) == [field]
    assert not Task.objects.exists()


def test_a_task_is_edited_and_keeps_its_family(site, task, strangers_family):
    site.post(url(task, "change"), {"name": "Laundry", "points": 7, "family": strangers_family.pk})

    task.refresh_from_db()
    assert (task.name, task.points) == ("Laundry", 7)
    assert task.family != strangers_family


def test_a_deleted_task_is_archived(site, task, child):
    activate(entity=task, child=child, by=None)

    confirmation = site.get(url(task, "delete"))
    site.post(url(task, "delete"), {"post": "yes"})

    task.refresh_from_db()
    assert "It is archived" in confirmation.text
    assert task.archived_at is not None
    assert task.name == "Dishes"


def test_several_penalties_are_archived(site, penalty):
    selected = {"action": "delete_selected", "_selected_action": [penalty.pk]}

    confirmation = site.post("/admin/children/penalty/", selected)
    response = site.post("/admin/children/penalty/", {**selected, "post": "yes"}, follow=True)

    penalty.refresh_from_db()
    assert "It is archived" in confirmation.text
    assert said(response) == ["Successfully deleted 1 penalty."]
    assert penalty.archived_at is not None


def test_what_is_archived_is_not_listed_but_can_be_looked_at(site, task):
    archive_item(item=task, by=None)

    assert "Dishes" not in site.get(LIST).text
    assert "Dishes" in site.get(LIST, {"state": "archived"}).text
    assert site.get(url(task, "change")).status_code == 200
    assert site.post(url(task, "change"), {"name": "Back", "points": 1}).status_code == 403
    assert site.post(url(task, "delete"), {"post": "yes"}).status_code == 403


def test_what_was_archived_meanwhile_is_refused_with_a_message(site, task):
    archive_item(item=task, by=None)

    response = site.post(
        f"{LIST}?state=all", {"action": "delete_selected", "_selected_action": [task.pk], "post": "yes"}, follow=True
    )

    assert said(response) == ["Dishes was not deleted: Not found."]
