import pytest

from children import signals
from children.errors import ActorGone, ActorMoved, Gone
from children.models import User
from children.services.activations import activate, cancel_activation
from children.services.children import remove_child
from children.services.families import edit_family
from children.services.items import archive_item, edit_item
from children.tests.factories import earn


def test_an_undone_task_takes_its_points_back(task, child, parent):
    activation = activate(entity=task, child=child, by=parent)

    cancelled = cancel_activation(activation=activation, by=parent)

    child.refresh_from_db()
    activation.refresh_from_db()
    assert (child.points, child.sequence) == (0, 2)
    assert cancelled.cancelled_at == activation.cancelled_at > activation.occurred_at


def test_an_undone_penalty_gives_its_points_back(penalty, child, parent):
    activation = activate(entity=penalty, child=child, by=parent)

    cancel_activation(activation=activation, by=parent)

    child.refresh_from_db()
    assert child.points == 0


@pytest.mark.parametrize(
    ("kind", "signal", "points"), [("task", signals.task_cancelled, 10), ("penalty", signals.penalty_cancelled, 4)]
)
def test_it_is_announced_as_the_undoing_of_that_act(request, child, parent, announced, kind, signal, points):
    entity = request.getfixturevalue(kind)
    activation = activate(entity=entity, child=child, by=parent)

    cancel_activation(activation=activation, by=parent)

    _, act = announced
    assert (act.signal, act.entity, act.child, act.by) == (signal, entity, child, parent)
    assert (act.change.sequence, act.change.delta) == (2, -activation.delta)
    assert act.details == {
        "entity_name": entity.name,
        "points": points,
        "activation_id": activation.pk,
        "cancels": 1,
        "reason": "undone",
    }


def test_again_it_is_handed_back_unchanged_and_nothing_is_announced(task, child, parent, announced):
    activation = activate(entity=task, child=child, by=parent)
    first = cancel_activation(activation=activation, by=parent)
    announced.clear()

    again = cancel_activation(activation=activation, by=parent)

    child.refresh_from_db()
    assert again.cancelled_at == first.cancelled_at
    assert (child.points, child.sequence, announced) == (0, 2, [])


def test_without_the_floor_an_undone_task_goes_below_zero(task, penalty, child, parent):
    activation = activate(entity=task, child=child, by=parent)
    activate(entity=penalty, child=child, by=parent)

    cancel_activation(activation=activation, by=parent)

    child.refresh_from_db()
    assert child.points == -4


def test_with_the_floor_an_undone_task_takes_no_more_than_is_there(family, task, penalty, child, parent, announced):
    activation = activate(entity=task, child=child, by=parent)
    activate(entity=penalty, child=child, by=parent)
    edit_family(family=family, by=parent, floor_at_zero=True)
    announced.clear()

    cancel_activation(activation=activation, by=parent)

    child.refresh_from_db()
    (act,) = announced
    assert child.points == 0
    assert (act.change.delta, act.details["points"]) == (-6, 10)


def test_a_penalty_that_the_floor_cut_gives_back_what_it_really_took(family, penalty, child, parent):
    edit_family(family=family, by=parent, floor_at_zero=True)
    earn(child, 3)
    activation = activate(entity=penalty, child=child, by=parent)

    cancel_activation(activation=activation, by=parent)

    child.refresh_from_db()
    assert child.points == 3


def test_the_task_may_have_changed_meanwhile(task, child, parent):
    activation = activate(entity=task, child=child, by=parent)
    edit_item(item=task, by=parent, points=500)

    cancel_activation(activation=activation, by=parent)

    child.refresh_from_db()
    assert child.points == 0


def test_the_task_may_be_archived(task, child, parent):
    activation = activate(entity=task, child=child, by=parent)
    archive_item(item=task, by=parent)

    cancel_activation(activation=activation, by=parent)

    child.refresh_from_db()
    assert child.points == 0


def test_a_removed_child_is_gone(task, child, parent):
    activation = activate(entity=task, child=child, by=parent)
    remove_child(child=child, by=parent)

    with pytest.raises(Gone):
        cancel_activation(activation=activation, by=parent)


def test_a_deleted_actor_is_refused(task, child, parent, other_parent):
    activation = activate(entity=task, child=child, by=parent)
    other_parent.delete()

    with pytest.raises(ActorGone):
        cancel_activation(activation=activation, by=other_parent)
    child.refresh_from_db()
    assert child.points == 10


def test_an_actor_that_left_the_family_is_refused(task, child, parent, other_parent):
    activation = activate(entity=task, child=child, by=parent)
    User.objects.filter(pk=other_parent.pk).update(family=None)

    with pytest.raises(ActorMoved):
        cancel_activation(activation=activation, by=other_parent)


def test_the_nominal_points_are_those_of_the_act_that_is_undone(family, penalty, child, parent, announced):
    edit_family(family=family, by=parent, floor_at_zero=True)
    earn(child, 3)
    activation = activate(entity=penalty, child=child, by=parent)
    edit_item(item=penalty, by=parent, points=9)
    announced.clear()

    cancel_activation(activation=activation, by=parent)

    (act,) = announced
    assert (act.change.delta, act.details["points"]) == (3, 4)
