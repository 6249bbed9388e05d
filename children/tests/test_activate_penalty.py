import pytest
from django.db import IntegrityError, transaction

from children import signals
from children.errors import Gone
from children.services.activations import activate
from children.services.families import edit_family
from children.tests.factories import earn, make_family, make_penalty


@pytest.fixture
def floored(family, parent):
    return edit_family(family=family, by=parent, floor_at_zero=True)


def test_a_penalty_takes_its_points(penalty, child, parent):
    earn(child, 10)

    activation = activate(entity=penalty, child=child, by=parent)

    child.refresh_from_db()
    assert child.points == 6
    assert (activation.kind, activation.delta, activation.sequence) == ("penalty", -4, 2)


def test_without_the_floor_it_goes_below_zero(penalty, child, parent):
    activate(entity=penalty, child=child, by=parent)

    child.refresh_from_db()
    assert child.points == -4


@pytest.mark.parametrize(("points", "taken"), [(10, 4), (4, 4), (3, 3), (1, 1)])
def test_with_the_floor_it_takes_no_more_than_is_there(floored, penalty, child, parent, points, taken):
    earn(child, points)

    activation = activate(entity=penalty, child=child, by=parent)

    child.refresh_from_db()
    assert (activation.delta, child.points) == (-taken, points - taken)


def test_with_the_floor_nothing_is_taken_where_nothing_is(floored, penalty, child, parent):
    activation = activate(entity=penalty, child=child, by=parent)

    child.refresh_from_db()
    assert (activation.delta, child.points, child.sequence) == (0, 0, 1)


def test_with_the_floor_a_balance_already_below_zero_stays(family, penalty, child, parent):
    activate(entity=penalty, child=child, by=parent)
    edit_family(family=family, by=parent, floor_at_zero=True)

    activation = activate(entity=penalty, child=child, by=parent)

    child.refresh_from_db()
    assert (activation.delta, child.points) == (0, -4)


def test_with_the_floor_reserved_points_can_be_taken(floored, penalty, child, parent):
    earn(child, 3)
    type(child).objects.filter(pk=child.pk).update(reserved=3, sequence=2)

    activate(entity=penalty, child=child, by=parent)

    child.refresh_from_db()
    assert (child.points, child.reserved, child.available) == (0, 3, -3)


def test_the_change_is_the_real_one_and_the_details_name_the_nominal_points(floored, penalty, child, parent, announced):
    earn(child, 3)
    announced.clear()

    activation = activate(entity=penalty, child=child, by=parent)

    (act,) = announced
    assert act.signal is signals.penalty_activated
    assert (act.change.before, act.change.after, act.change.delta) == (3, 0, -3)
    assert act.details == {"entity_name": "Shouting", "points": 4, "activation_id": activation.pk}


def test_the_floor_of_another_family_is_not_ours(penalty, child, parent):
    make_family("Babbage", floor_at_zero=True)

    assert activate(entity=penalty, child=child, by=parent).delta == -4


def test_a_penalty_of_another_family_is_not_there(strangers_penalty, child, parent):
    with pytest.raises(Gone):
        activate(entity=strangers_penalty, child=child, by=parent)


def test_a_penalty_is_not_taken_for_the_task_with_its_id(task, penalty, child, parent):
    assert activate(entity=penalty, child=child, by=parent).kind == "penalty"
    assert activate(entity=task, child=child, by=parent).kind == "task"


@pytest.mark.parametrize("points", [-1, 0, 1_000_001])
def test_the_database_refuses_a_penalty_out_of_range(family, points):
    with pytest.raises(IntegrityError, match="penalty_points_in_range"), transaction.atomic():
        make_penalty(family, points)
