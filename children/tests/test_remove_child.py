import pytest

from children.errors import ActorGone, ActorMoved, Gone
from children.models import Activation, AuthToken, Child, User
from children.services.activations import activate
from children.services.children import remove_child
from children.signals import child_removed
from children.tests.factories import earn, make_child


def test_a_removed_child_leaves_a_tombstone(child, parent):
    earn(child, 10)

    remove_child(child=child, by=parent)

    tombstone = Child.objects.get(pk=child.pk)
    assert (tombstone.name, tombstone.login) == ("", None)
    assert tombstone.removed_at is not None
    assert (tombstone.points, tombstone.sequence) == (10, 1)
    assert str(tombstone) == f"removed child {child.pk}"


def test_its_login_goes_with_its_tokens(child, child_user, parent):
    AuthToken.objects.create(user=child_user)

    remove_child(child=child, by=parent)

    assert not User.objects.filter(pk=child_user.pk).exists()
    assert not AuthToken.objects.exists()


def test_a_child_without_login_can_be_removed(sibling, parent):
    remove_child(child=sibling, by=parent)

    assert not Child.objects.present().exists()


def test_its_acts_stay_and_keep_who_did_them(task, child, parent):
    activate(entity=task, child=child, by=parent)

    remove_child(child=child, by=parent)

    assert Activation.objects.get().child_id == child.pk
    assert Activation.objects.get().by == parent


def test_its_login_is_forgotten_in_what_it_did(task, child, child_user, parent):
    activate(entity=task, child=child, by=child_user)

    remove_child(child=child, by=parent)

    assert Activation.objects.get().by is None


def test_no_later_child_inherits_its_id(family, child, parent):
    remove_child(child=child, by=parent)

    assert make_child(family).pk != child.pk


def test_nobody_sees_it_any_more(child, parent):
    remove_child(child=child, by=parent)

    assert not Child.objects.visible_to(parent).exists()


def test_its_sibling_stays(child, sibling, parent):
    remove_child(child=child, by=parent)

    assert list(Child.objects.visible_to(parent)) == [sibling]


def test_removed_before_it_is_gone(child, parent):
    remove_child(child=child, by=parent)

    with pytest.raises(Gone):
        remove_child(child=child, by=parent)


def test_an_admin_outside_the_family_and_the_system_may_remove_it(child, sibling, admin):
    remove_child(child=child, by=admin)
    remove_child(child=sibling, by=None)

    assert not Child.objects.present().exists()


def test_a_deleted_actor_is_refused(child, parent, other_parent):
    other_parent.delete()

    with pytest.raises(ActorGone):
        remove_child(child=child, by=other_parent)


def test_an_actor_that_left_the_family_is_refused(child, parent, other_parent):
    User.objects.filter(pk=other_parent.pk).update(family=None)

    with pytest.raises(ActorMoved):
        remove_child(child=child, by=other_parent)


@pytest.mark.django_db(transaction=True)
def test_if_an_app_above_fails_to_settle_nothing_is_removed(child, parent):
    def fail(**_):
        raise RuntimeError

    child_removed.connect(fail)
    try:
        with pytest.raises(RuntimeError):
            remove_child(child=child, by=parent)
    finally:
        child_removed.disconnect(fail)

    child.refresh_from_db()
    assert (child.name, child.removed_at) == ("Ada", None)


def test_an_app_above_still_sees_the_child_as_it_was(child, parent):
    seen = []

    def look(*, child, by, **_):
        seen.append((child.name, child.login_id, by))

    child_removed.connect(look)
    try:
        remove_child(child=child, by=parent)
    finally:
        child_removed.disconnect(look)

    assert seen == [("Ada", child.login_id, parent)]
