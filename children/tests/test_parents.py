import pytest

import chore_project.settings
from children.errors import ActorGone, ActorMoved, Gone, LastParent, UsernameTaken
from children.models import AuthToken, Family, User
from children.services.families import create_family, edit_family, remove_parent
from children.services.logins import add_parent, change_password
from children.tests.factories import PASSWORD, make_user


def test_a_family_comes_with_its_first_parent(db):
    family, parent = create_family(name="Lovelace", timezone="Europe/London", username="anna", password=PASSWORD)

    assert (family.name, family.timezone, family.floor_at_zero) == ("Lovelace", "Europe/London", False)
    assert (parent.username, parent.family, parent.role) == ("anna", family, "parent")
    assert parent.check_password(PASSWORD)


def test_a_taken_username_makes_no_family(parent):
    with pytest.raises(UsernameTaken):
        create_family(name="Babbage", timezone="UTC", username="parent", password=PASSWORD)

    assert not Family.objects.filter(name="Babbage").exists()


def test_passwords_are_hashed_by_argon2(db, settings):
    settings.PASSWORD_HASHERS = chore_project.settings.PASSWORD_HASHERS

    _, parent = create_family(name="Lovelace", timezone="UTC", username="anna", password=PASSWORD)

    assert parent.password.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
    assert parent.check_password(PASSWORD)


def test_a_parent_edits_the_family(family, parent):
    edit_family(family=family, by=parent, name="King", timezone="Europe/Paris", floor_at_zero=True)

    family.refresh_from_db()
    assert (family.name, family.timezone, family.floor_at_zero) == ("King", "Europe/Paris", True)


def test_a_parent_adds_another(family, parent):
    added = add_parent(family=family, username="anna", password=PASSWORD, by=parent)

    assert (added.family, added.role) == (family, "parent")
    assert added.check_password(PASSWORD)


def test_a_username_is_given_once(family, parent):
    with pytest.raises(UsernameTaken):
        add_parent(family=family, username="parent", password=PASSWORD, by=parent)

    assert User.objects.count() == 1


def test_a_removed_parent_keeps_its_account_but_no_token(family, parent, other_parent):
    AuthToken.objects.create(user=other_parent)
    AuthToken.objects.create(user=parent)

    remove_parent(parent=other_parent, by=parent)

    other_parent.refresh_from_db()
    assert (other_parent.family, User(pk=other_parent.pk).role) == (None, None)
    assert AuthToken.objects.get().user == parent


def test_a_parent_may_leave(parent, other_parent):
    remove_parent(parent=parent, by=parent)

    parent.refresh_from_db()
    assert parent.family is None


def test_the_last_parent_cannot_be_removed(family, parent):
    with pytest.raises(LastParent):
        remove_parent(parent=parent, by=parent)

    parent.refresh_from_db()
    assert parent.family == family


@pytest.mark.parametrize("left", ["child_user", "inactive", "stranger"])
def test_who_is_no_active_parent_does_not_stand_in_for_the_last(request, family, parent, left):
    if left == "inactive":
        make_user("inactive", family=family, is_active=False)
    else:
        request.getfixturevalue(left)

    with pytest.raises(LastParent):
        remove_parent(parent=parent, by=parent)


def test_a_parent_that_left_already_is_gone(parent, other_parent):
    remove_parent(parent=other_parent, by=parent)

    for known in (other_parent, User.objects.get(pk=other_parent.pk)):
        with pytest.raises(Gone):
            remove_parent(parent=known, by=parent)


def test_a_deleted_parent_is_gone(parent, other_parent):
    other_parent.delete()

    with pytest.raises(Gone):
        remove_parent(parent=other_parent, by=parent)


def test_a_parent_that_was_removed_removes_nobody(parent, other_parent):
    third = make_user("third", family=parent.family)
    remove_parent(parent=other_parent, by=parent)

    with pytest.raises(ActorMoved):
        remove_parent(parent=third, by=make_stale(other_parent, parent.family))


def make_stale(user, family):
    """The user as a request knows it that began before the user left."""
    stale = User.objects.get(pk=user.pk)
    stale.family = family
    return stale


def test_a_deleted_actor_is_refused(family, parent, other_parent):
    other_parent.delete()

    with pytest.raises(ActorGone):
        edit_family(family=family, by=other_parent, name="King")
    with pytest.raises(ActorGone):
        add_parent(family=family, username="anna", password=PASSWORD, by=other_parent)
    with pytest.raises(ActorGone):
        remove_parent(parent=parent, by=other_parent)


def test_a_new_password_ends_what_was_logged_in_with_the_old_one(parent, other_parent):
    kept, _ = AuthToken.objects.create(user=parent)
    AuthToken.objects.create(user=parent)
    others, _ = AuthToken.objects.create(user=other_parent)

    change_password(user=parent, password="another long pass phrase", keep=kept)

    parent.refresh_from_db()
    assert parent.check_password("another long pass phrase")
    assert set(AuthToken.objects.all()) == {kept, others}


def test_a_deleted_user_cannot_change_its_password(parent, other_parent):
    stale = User.objects.get(pk=other_parent.pk)
    other_parent.delete()

    with pytest.raises(ActorGone):
        change_password(user=stale, password="another long pass phrase")
