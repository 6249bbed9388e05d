import pytest
from axes.models import AccessAttempt

from children.errors import UsernameTaken
from children.models import User
from children.services.children import create_child, edit_child
from children.services.logins import add_parent


def test_names_that_differ_only_in_case_are_the_same(family, parent):
    with pytest.raises(UsernameTaken):
        add_parent(family=family, username="PARENT", password="a long enough one", by=parent)

    assert User.objects.get() == parent


def test_a_child_cannot_be_renamed_to_one_either(parent, child):
    with pytest.raises(UsernameTaken):
        edit_child(child=child, by=parent, username="Parent")


def test_the_case_of_the_own_name_can_be_changed(parent, child):
    edit_child(child=child, by=parent, username="ADA")

    child.refresh_from_db()
    assert child.username == "ADA"


@pytest.mark.parametrize("typed", ["ada", "Ada"])
def test_failed_logins_under_the_old_name_are_forgotten(parent, child, typed):
    AccessAttempt.objects.create(username=typed, ip_address="127.0.0.1", failures_since_start=1)

    edit_child(child=child, by=parent, username="augusta")

    assert not AccessAttempt.objects.exists()


def test_a_taken_name_makes_no_child(family, parent, sibling):
    with pytest.raises(UsernameTaken):
        create_child(family=family, name="Late", by=parent, username="Parent", password="a long enough one")

    assert family.children.get() == sibling
