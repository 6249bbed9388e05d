import pytest
from django.db import connection
from django.db.transaction import TransactionManagementError

from children.errors import ActorGone, ActorMoved, Gone
from children.locks import lock_actor, lock_child, lock_family, lock_users
from children.models import User
from children.services.children import remove_child


@pytest.mark.django_db(transaction=True)
def test_a_lock_outside_a_transaction_raises(family, child):
    with pytest.raises(TransactionManagementError):
        lock_family(family.pk)
    with pytest.raises(TransactionManagementError):
        lock_child(child)


def test_the_child_is_read_again_and_brings_the_locked_family(child):
    type(child).objects.filter(pk=child.pk).update(name="Augusta")

    locked = lock_child(child)

    assert locked.name == "Augusta"
    assert "family" in locked._state.fields_cache


def test_children_of_one_act_share_the_family(family, child, sibling):
    locked = lock_family(family.pk)

    assert lock_child(child, family=locked).family is lock_child(sibling, family=locked).family is locked


def test_a_removed_child_is_gone(child, parent):
    remove_child(child=child, by=parent)

    with pytest.raises(Gone):
        lock_child(child)


@pytest.mark.postgresql
def test_the_rows_are_locked_in_one_order_and_never_for_the_key(child, parent, django_assert_num_queries):
    with django_assert_num_queries(3) as captured:
        lock_actor(parent if lock_child(child) else None)

    tables = [query["sql"].partition("FROM ")[2].split()[0] for query in captured]
    assert tables == ['"children_family"', '"children_child"', '"children_user"']
    assert all("FOR NO KEY UPDATE" in query["sql"] for query in captured)


def test_the_system_needs_no_lock_of_its_own(db):
    assert lock_actor(None) is None


def test_the_actor_is_read_again(parent):
    User.objects.filter(pk=parent.pk).update(first_name="Annabella")

    assert lock_actor(parent).first_name == "Annabella"


def test_a_deleted_actor_is_gone(parent, other_parent):
    other_parent.delete()

    with pytest.raises(ActorGone):
        lock_actor(other_parent)


def test_a_deactivated_actor_is_gone(parent):
    User.objects.filter(pk=parent.pk).update(is_active=False)

    with pytest.raises(ActorGone):
        lock_actor(parent)


@pytest.mark.parametrize("elsewhere", [None, "strangers_family"])
def test_an_actor_that_changed_families_has_moved(request, parent, elsewhere):
    User.objects.filter(pk=parent.pk).update(family=elsewhere and request.getfixturevalue(elsewhere))

    with pytest.raises(ActorMoved):
        lock_actor(parent)


def test_two_users_are_locked_by_one_statement_in_order_of_their_ids(parent, other_parent, django_assert_num_queries):
    with django_assert_num_queries(1) as captured:
        locked = lock_users(other_parent, by=parent)

    assert locked == (other_parent, parent)
    assert 'ORDER BY "children_user"."id" ASC' in captured[0]["sql"]
    assert connection.vendor == "sqlite" or captured[0]["sql"].endswith('FOR UPDATE OF "children_user"')


def test_a_user_that_is_gone_is_locked_as_none(parent, other_parent):
    other_parent.delete()

    assert lock_users(other_parent, by=parent) == (None, parent)


def test_who_acts_on_itself_is_locked_once(parent):
    assert lock_users(parent, by=parent) == (parent, parent)
