"""Doors that would walk past the services are shut, and say which one is right."""

import pytest
from django.apps import apps

from children.errors import ChoreError, RefusedByDesign
from children.models import Activation, Child, Family, Penalty, Task
from children.models.refusals import Undeletable, UndeletableQuerySet
from children.services.activations import activate

STAY = [
    ("family", Family, "delete_user"),
    ("child", Child, "remove_child"),
    ("task", Task, "archive"),
    ("penalty", Penalty, "archive"),
    ("activation", Activation, "they stay"),
]


@pytest.fixture
def activation(task, child, parent):
    return activate(entity=task, child=child, by=parent)


@pytest.mark.parametrize(("name", "model", "door"), STAY)
def test_a_row_is_not_deleted(request, name, model, door):
    row = request.getfixturevalue(name)

    with pytest.raises(RefusedByDesign, match=door):
        row.delete()
    assert model.objects.filter(pk=row.pk).exists()


@pytest.mark.parametrize(("name", "model", "door"), STAY)
def test_rows_are_not_deleted_in_bulk(request, name, model, door):
    row = request.getfixturevalue(name)

    with pytest.raises(RefusedByDesign, match=door):
        model.objects.all().delete()
    with pytest.raises(RefusedByDesign, match=door):
        model.objects.filter(pk=row.pk).delete()
    assert model.objects.filter(pk=row.pk).exists()


def test_the_manager_has_no_delete(db):
    for _, model, _ in STAY:
        assert not hasattr(model.objects, "delete")


def test_every_model_that_stays_says_so_in_bulk_too(db):
    staying = [model for model in apps.get_models() if issubclass(model, Undeletable)]

    assert len(staying) >= len(STAY)
    assert all(isinstance(model.objects.all(), UndeletableQuerySet) for model in staying)


@pytest.mark.parametrize("refusal", ChoreError.__subclasses__())
def test_every_refusal_has_a_code_and_a_text(refusal):
    refused = refusal(have=1)

    assert str(refused) == refused.code
    assert str(refused.message)
    assert refused.meta == {"have": 1}
