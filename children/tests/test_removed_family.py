"""A family that went with its last parent is over, also for an admin whose page was open."""

import pytest

from children.errors import ActorGone, Gone
from children.models import Child, Task, User
from children.services.accounts import delete_user
from children.services.children import create_child
from children.services.families import edit_family
from children.services.items import create_item
from children.services.logins import add_parent

CHANGES = {
    "a parent": lambda family, by: add_parent(family=family, username="late", password="late and long", by=by),
    "a child": lambda family, by: create_child(family=family, name="late", by=by),
    "a task": lambda family, by: create_item(model=Task, family=family, name="late", points=1, by=by),
    "its name": lambda family, by: edit_family(family=family, name="late", by=by),
}


@pytest.fixture
def removed(family, parent):
    delete_user(user=User.objects.get(pk=parent.pk), by=None)
    return family


@pytest.mark.parametrize("change", CHANGES)
def test_nothing_comes_into_it(removed, admin, change):
    with pytest.raises(Gone):
        CHANGES[change](removed, admin)

    removed.refresh_from_db()
    assert removed.name == ""
    assert not (Child.objects.exists() or Task.objects.exists())
    assert User.objects.get() == admin


@pytest.mark.parametrize("change", CHANGES)
def test_its_parent_is_gone_with_it(removed, parent, change):
    with pytest.raises(ActorGone):
        CHANGES[change](removed, parent)
