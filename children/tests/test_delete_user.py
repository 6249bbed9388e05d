import pytest
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.test import Client

from children import clock
from children.errors import ActorGone, ActorMoved, Gone
from children.models import Activation, AuthToken, Child, Family, User
from children.services.accounts import delete_user
from children.services.activations import activate
from children.services.children import remove_child
from children.signals import child_removed, user_removed
from children.tests.factories import make_admin, make_user


def test_a_parent_deletes_itself(family, parent, other_parent):
    delete_user(user=other_parent, by=other_parent)

    assert list(User.objects.parents_of(family)) == [parent]
    family.refresh_from_db()
    assert (family.name, family.removed_at) == ("Lovelace", None)


def test_what_it_did_stays_without_its_name(task, child, parent, other_parent):
    activate(entity=task, child=child, by=other_parent)

    delete_user(user=other_parent, by=parent)

    activation = Activation.objects.get()
    assert (activation.by, activation.delta, activation.sequence) == (None, 10, 1)


def test_the_last_parent_takes_the_family_along(family, parent, child, sibling, child_user):
    delete_user(user=parent, by=parent)

    family.refresh_from_db()
    assert family.name == ""
    assert family.removed_at is not None
    assert not User.objects.exists()
    assert list(Child.objects.values_list("name", "login")) == [("", None), ("", None)]
    assert not Child.objects.present().exists()


def test_the_children_are_buried_in_the_name_of_who_deletes(parent, child, admin):
    seen = []

    def note(*, by, **_):
        seen.append(by)

    child_removed.connect(note)
    try:
        delete_user(user=parent, by=admin)
    finally:
        child_removed.disconnect(note)

    assert seen == [admin]


def test_a_childs_login_does_not_count_as_a_parent(family, parent, child_user):
    delete_user(user=parent, by=parent)

    family.refresh_from_db()
    assert family.removed_at is not None


def test_a_childs_login_goes_alone(family, parent, child, child_user):
    delete_user(user=child_user, by=parent)

    child.refresh_from_db()
    family.refresh_from_db()
    assert (child.name, child.login, child.removed_at, family.removed_at) == ("Ada", None, None, None)


def test_a_user_in_no_family_goes_alone(family, parent, admin):
    delete_user(user=admin, by=admin)

    assert list(User.objects.all()) == [parent]


@pytest.mark.parametrize("names", [["parent"], ["parent", "other_parent"], ["admin"], ["child_user"]])
def test_the_model_goes_the_same_way(request, family, names):
    users = [request.getfixturevalue(name) for name in names]
    request.getfixturevalue("child")

    for user in users:
        user.delete()

    family.refresh_from_db()
    assert not User.objects.filter(pk__in=[user.pk for user in users]).exists()
    assert (family.removed_at is not None) == ("parent" in names)


def test_the_queryset_goes_the_same_way(family, parent, other_parent, child):
    deleted = User.objects.filter(username__contains="parent").delete()

    family.refresh_from_db()
    assert deleted == (2, {"children.User": 2})
    assert family.removed_at is not None
    assert not Child.objects.present().exists()


def test_the_queryset_takes_logins_that_went_with_their_parents(family, parent, child_user):
    User.objects.filter(family=family).order_by("pk").delete()

    assert not User.objects.exists()


def test_tokens_and_permissions_go(parent, other_parent):
    AuthToken.objects.create(user=other_parent)

    delete_user(user=other_parent, by=parent)

    assert not AuthToken.objects.exists()


def test_failed_logins_are_forgotten_but_not_those_of_others(parent, other_parent):
    for username in ("other-parent", "parent"):
        AccessAttempt.objects.create(username=username, ip_address="192.0.2.1", failures_since_start=1)

    delete_user(user=other_parent, by=parent)

    assert list(AccessAttempt.objects.values_list("username", flat=True)) == ["parent"]


@pytest.mark.parametrize(
    ("model", "values"), [(AccessAttempt, {"failures_since_start": 1}), (AccessFailureLog, {}), (AccessLog, {})]
)
def test_failed_logins_are_forgotten_in_whatever_case_they_were_typed(parent, other_parent, model, values):
    for username in ("Other-Parent", "OTHER-PARENT", "other_parent", "another-parent"):
        model.objects.create(username=username, ip_address="192.0.2.1", **values)

    delete_user(user=other_parent, by=parent)

    assert set(model.objects.values_list("username", flat=True)) == {"other_parent", "another-parent"}


def test_its_sessions_end_and_those_of_others_do_not(parent, other_parent):
    clients = [Client() for _ in range(3)]
    for client, user in zip(clients, (other_parent, other_parent, parent), strict=True):
        client.force_login(user)
    Session.objects.filter(pk=clients[0].session.session_key).update(expire_date=clock.now())  # nobody looked since
    Session.objects.create(session_key="junk", session_data="junk", expire_date=clock.now())

    delete_user(user=other_parent, by=parent)

    assert set(Session.objects.values_list("pk", flat=True)) == {clients[2].session.session_key, "junk"}


def test_the_sessions_of_a_childs_login_end_with_it(parent, child, child_user, client):
    client.force_login(child_user)

    remove_child(child=child, by=parent)

    assert not Session.objects.exists()


def test_what_it_did_in_the_admin_site_goes(admin):
    other = make_admin("other-admin")
    content_type = ContentType.objects.get_for_model(Family)
    LogEntry.objects.create(user=other, content_type=content_type, object_repr="", action_flag=CHANGE)

    delete_user(user=other, by=admin)

    assert not LogEntry.objects.exists()


def test_the_apps_above_hear_of_it_first(parent, other_parent):
    seen = []

    def note(*, user, **_):
        seen.append((user.pk, User.objects.filter(pk=user.pk).exists()))

    user_removed.connect(note)
    try:
        delete_user(user=other_parent, by=parent)
    finally:
        user_removed.disconnect(note)

    assert seen == [(other_parent.pk, True)]


@pytest.mark.django_db(transaction=True)
def test_if_an_app_above_fails_to_settle_nothing_is_deleted(family, parent, child):
    def fail(**_):
        raise RuntimeError

    user_removed.connect(fail)
    try:
        with pytest.raises(RuntimeError):
            delete_user(user=parent, by=parent)
    finally:
        user_removed.disconnect(fail)

    family.refresh_from_db()
    assert (family.name, User.objects.count(), Child.objects.present().count()) == ("Lovelace", 2, 1)


def test_deleted_before_it_is_gone(parent, other_parent):
    delete_user(user=other_parent, by=parent)

    with pytest.raises(Gone):
        delete_user(user=other_parent, by=parent)
    with pytest.raises(Gone):
        delete_user(user=other_parent, by=None)


def test_a_deleted_actor_is_refused(parent, other_parent):
    delete_user(user=other_parent, by=parent)

    with pytest.raises(ActorGone):
        delete_user(user=parent, by=other_parent)
    with pytest.raises(ActorGone):
        delete_user(user=other_parent, by=other_parent)


def test_an_actor_that_left_the_family_is_refused(parent, other_parent):
    User.objects.filter(pk=other_parent.pk).update(family=None)

    with pytest.raises(ActorMoved):
        delete_user(user=parent, by=other_parent)


def test_another_family_stays(parent, child, strangers_family, stranger, strangers_child):
    delete_user(user=parent, by=parent)

    strangers_family.refresh_from_db()
    assert (strangers_family.name, strangers_family.removed_at) == ("Babbage", None)
    assert Child.objects.present().get() == strangers_child


def test_a_former_parent_does_not_take_the_family_along(family, parent):
    former = make_user("former")

    delete_user(user=former, by=former)

    family.refresh_from_db()
    assert family.removed_at is None


def test_removed_children_stay_as_they_were(parent, child, sibling):
    remove_child(child=sibling, by=parent)
    sibling.refresh_from_db()

    delete_user(user=parent, by=parent)

    assert Child.objects.get(pk=sibling.pk).removed_at == sibling.removed_at
