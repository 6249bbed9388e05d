import pytest
from django.db import IntegrityError, transaction

from children import signals
from children.errors import ActorGone, ActorMoved, Gone
from children.models import MAX_POINTS, Activation, Task
from children.services.activations import activate
from children.services.children import remove_child
from children.services.items import archive_item
from children.tests.factories import make_task


def test_a_task_gives_its_points(task, child, parent):
    activation = activate(entity=task, child=child, by=parent)

    child.refresh_from_db()
    assert (child.points, child.reserved, child.sequence) == (10, 0, 1)
    assert (activation.kind, activation.entity_id, activation.child) == ("task", task.pk, child)
    assert (activation.delta, activation.sequence, activation.by) == (10, 1, parent)
    assert activation.cancelled_at is None


def test_it_is_announced_with_all_that_a_receiver_needs(task, child, parent, announced):
    activation = activate(entity=task, child=child, by=parent)

    (act,) = announced
    assert act.signal is signals.task_activated
    assert (act.entity, act.child, act.by) == (task, child, parent)
    assert (act.change.before, act.change.after, act.change.delta, act.change.sequence) == (0, 10, 10, 1)
    assert act.change.occurred_at == activation.occurred_at
    assert act.details == {"entity_name": "Dishes", "points": 10, "activation_id": activation.pk}


def test_each_repeat_is_an_activation_of_its_own(task, child, parent):
    first, second = (activate(entity=task, child=child, by=parent) for _ in range(2))

    child.refresh_from_db()
    assert (child.points, child.sequence) == (20, 2)
    assert (first.sequence, second.sequence) == (1, 2)
    assert first.occurred_at < second.occurred_at


def test_a_sibling_gets_nothing(task, child, sibling, parent):
    activate(entity=task, child=child, by=parent)

    sibling.refresh_from_db()
    assert (sibling.points, sibling.sequence) == (0, 0)


def test_the_points_of_the_moment_count_not_those_of_a_stale_object(task, child, parent):
    Task.objects.filter(pk=task.pk).update(points=7, name="All the dishes")

    assert activate(entity=task, child=child, by=parent).delta == 7


def test_a_stale_child_counts_from_what_is_there(task, child, parent):
    activate(entity=task, child=child, by=parent)
    activate(entity=task, child=child, by=parent)

    child.refresh_from_db()
    assert child.points == 20


def test_the_system_may_act(task, child):
    assert activate(entity=task, child=child, by=None).by is None


def test_an_archived_task_is_gone(task, child, parent):
    archive_item(item=task, by=parent)

    with pytest.raises(Gone):
        activate(entity=task, child=child, by=parent)
    child.refresh_from_db()
    assert child.sequence == 0


def test_a_removed_child_is_gone(task, child, parent):
    remove_child(child=child, by=parent)

    with pytest.raises(Gone):
        activate(entity=task, child=child, by=parent)


def test_a_deleted_actor_is_refused(task, child, parent, other_parent):
    other_parent.delete()

    with pytest.raises(ActorGone):
        activate(entity=task, child=child, by=other_parent)
    assert not Activation.objects.exists()


def test_an_actor_that_left_the_family_is_refused(task, child, parent, other_parent):
    type(parent).objects.filter(pk=other_parent.pk).update(family=None)

    with pytest.raises(ActorMoved):
        activate(entity=task, child=child, by=other_parent)
    assert not Activation.objects.exists()


def test_a_task_of_another_family_is_not_there(strangers_task, child, parent):
    with pytest.raises(Gone):
        activate(entity=strangers_task, child=child, by=parent)


def test_a_child_of_another_family_does_not_get_the_task(task, strangers_child, parent):
    with pytest.raises(Gone):
        activate(entity=task, child=strangers_child, by=parent)
    strangers_child.refresh_from_db()
    assert strangers_child.points == 0


@pytest.mark.parametrize("points", [1, MAX_POINTS])
def test_a_task_may_be_worth_1_to_1_000_000(family, points):
    assert make_task(family, points).points == points


@pytest.mark.parametrize("points", [-1, 0, MAX_POINTS + 1])
def test_the_database_refuses_a_task_worth_anything_else(family, points):
    with pytest.raises(IntegrityError, match="task_points_in_range"), transaction.atomic():
        make_task(family, points)


def test_the_database_refuses_an_unknown_kind(task, child, parent):
    activation = activate(entity=task, child=child, by=parent)

    with pytest.raises(IntegrityError, match="activation_kind_known"), transaction.atomic():
        Activation.objects.filter(pk=activation.pk).update(kind="reward")


def test_the_database_refuses_two_activations_of_one_sequence(task, child, parent):
    first = activate(entity=task, child=child, by=parent)
    activate(entity=task, child=child, by=parent)

    with pytest.raises(IntegrityError), transaction.atomic():
        Activation.objects.exclude(pk=first.pk).update(sequence=1)
