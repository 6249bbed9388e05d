"""The family's list of tasks and penalties."""

import pytest

from children.errors import ActorGone, ActorMoved, Gone
from children.models import Penalty, Task, User
from children.services.activations import activate
from children.services.items import archive_item, create_item, edit_item

BOTH = pytest.mark.parametrize("kind", ["task", "penalty"])


@pytest.mark.parametrize("model", [Task, Penalty])
def test_a_parent_makes_one(family, parent, model):
    item = create_item(model=model, family=family, by=parent, name="Windows", points=30)

    assert (item.family, item.name, item.points, item.archived_at) == (family, "Windows", 30, None)


@BOTH
def test_a_parent_edits_one(request, parent, kind):
    item = request.getfixturevalue(kind)

    edit_item(item=item, by=parent, name="Windows", points=30)

    item.refresh_from_db()
    assert (item.name, item.points) == ("Windows", 30)


@BOTH
def test_an_archived_one_stays_for_its_acts_but_not_on_the_list(request, child, parent, kind):
    item = request.getfixturevalue(kind)
    activate(entity=item, child=child, by=parent)

    archive_item(item=item, by=parent)

    item.refresh_from_db()
    assert item.archived_at is not None
    assert not type(item).objects.visible_to(parent).exists()


def test_archived_before_it_is_gone(task, parent):
    archive_item(item=task, by=parent)

    with pytest.raises(Gone):
        archive_item(item=task, by=parent)
    with pytest.raises(Gone):
        edit_item(item=task, by=parent, name="Windows")


def test_the_list_is_the_familys_own(task, strangers_task, parent, child_user, stranger, admin):
    assert list(Task.objects.visible_to(parent)) == [task]
    assert list(Task.objects.visible_to(child_user)) == [task]
    assert list(Task.objects.visible_to(stranger)) == [strangers_task]
    assert list(Task.objects.visible_to(admin)) == []


def test_a_deleted_actor_is_refused(family, task, parent, other_parent):
    other_parent.delete()

    with pytest.raises(ActorGone):
        create_item(model=Task, family=family, by=other_parent, name="Windows", points=30)
    with pytest.raises(ActorGone):
        edit_item(item=task, by=other_parent, name="Windows")
    with pytest.raises(ActorGone):
        archive_item(item=task, by=other_parent)


def test_an_actor_that_left_the_family_is_refused(task, parent, other_parent):
    User.objects.filter(pk=other_parent.pk).update(family=None)

    with pytest.raises(ActorMoved):
        edit_item(item=task, by=other_parent, name="Windows")


@BOTH
def test_who_acts_is_judged_before_what_is_there(request, parent, other_parent, kind):
    item = request.getfixturevalue(kind)
    archive_item(item=item, by=parent)
    User.objects.filter(pk=other_parent.pk).update(is_active=False)

    with pytest.raises(ActorGone):
        edit_item(item=item, by=other_parent, name="Windows")
    with pytest.raises(ActorGone):
        archive_item(item=item, by=other_parent)
