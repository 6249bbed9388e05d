import pytest

from children.errors import ActorGone, ActorMoved, Gone, UsernameTaken
from children.models import AuthToken, Child, User
from children.services.children import create_child, edit_child, remove_child
from children.tests.factories import PASSWORD, earn


def test_a_child_begins_with_nothing(family, parent):
    child = create_child(family=family, name="Ada", by=parent)

    assert (child.family, child.name, child.login) == (family, "Ada", None)
    assert (child.points, child.reserved, child.available, child.sequence) == (0, 0, 0, 0)


def test_a_child_may_begin_with_a_login(family, parent):
    child = create_child(family=family, name="Ada", by=parent, username="ada", password=PASSWORD)

    assert (child.username, child.login.family, child.login.role) == ("ada", family, "child")
    assert child.login.check_password(PASSWORD)


def test_a_taken_username_makes_no_child(family, parent):
    with pytest.raises(UsernameTaken):
        create_child(family=family, name="Ada", by=parent, username="parent", password=PASSWORD)

    assert not Child.objects.exists()


def test_a_child_is_renamed(child, parent):
    earn(child, 10)

    edit_child(child=child, by=parent, name="Augusta")

    child.refresh_from_db()
    assert (child.name, child.username, child.points, child.sequence) == ("Augusta", "ada", 10, 1)


def test_a_child_gets_a_login_later(sibling, parent):
    edit_child(child=sibling, by=parent, username="byron", password=PASSWORD)

    login = User.objects.get(username="byron")
    assert (login.own_child, login.family, login.check_password(PASSWORD)) == (sibling, parent.family, True)


def test_a_new_username_keeps_the_password_and_the_tokens(child, child_user, parent):
    AuthToken.objects.create(user=child_user)

    edit_child(child=child, by=parent, username="augusta")

    child_user.refresh_from_db()
    assert (child_user.username, child_user.check_password(PASSWORD)) == ("augusta", True)
    assert AuthToken.objects.exists()


def test_a_new_password_ends_the_tokens(child, child_user, parent):
    AuthToken.objects.create(user=child_user)

    edit_child(child=child, by=parent, password="another long pass phrase")

    child_user.refresh_from_db()
    assert child_user.check_password("another long pass phrase")
    assert not AuthToken.objects.exists()


def test_its_own_username_is_not_taken(child, parent):
    edit_child(child=child, by=parent, username="ada", name="Augusta")

    child.refresh_from_db()
    assert child.name == "Augusta"


@pytest.mark.parametrize("who", ["child", "sibling"])
def test_a_taken_username_changes_nothing(request, who, parent):
    one = request.getfixturevalue(who)

    with pytest.raises(UsernameTaken):
        edit_child(child=one, by=parent, username="parent", password=PASSWORD, name="Augusta")

    stored = Child.objects.get(pk=one.pk)
    assert (stored.name, stored.username) == (one.name, one.username and "ada")


def test_a_removed_child_is_gone(child, parent):
    remove_child(child=child, by=parent)

    with pytest.raises(Gone):
        edit_child(child=child, by=parent, name="Augusta")
    assert Child.objects.get(pk=child.pk).name == ""


def test_a_deleted_actor_is_refused(family, child, parent, other_parent):
    other_parent.delete()

    with pytest.raises(ActorGone):
        edit_child(child=child, by=other_parent, name="Augusta")
    with pytest.raises(ActorGone):
        create_child(family=family, name="Annabella", by=other_parent)


def test_an_actor_that_left_the_family_is_refused(child, parent, other_parent):
    User.objects.filter(pk=other_parent.pk).update(family=None)

    with pytest.raises(ActorMoved):
        edit_child(child=child, by=other_parent, name="Augusta")
