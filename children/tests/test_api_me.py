import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from children.models import AuthToken
from children.tests.documented import DocumentedClient
from children.tests.factories import PASSWORD, make_user

ME = "/api/v1/me/"
NEW = "quite another pass phrase"


def test_a_parent(api, parent, family):
    assert api(parent).get(ME).json() == {
        "id": parent.pk,
        "username": "parent",
        "role": "parent",
        "family_id": family.pk,
        "child_id": None,
        "deletion_due_at": None,
    }


def test_a_child(api, child_user, child, family):
    me = api(child_user).get(ME).json()

    assert (me["role"], me["family_id"], me["child_id"]) == ("child", family.pk, child.pk)


def test_an_admin(api, admin):
    me = api(admin).get(ME).json()

    assert (me["role"], me["family_id"], me["child_id"]) == ("admin", None, None)


def test_staff_with_the_permission_is_an_admin_and_without_it_nobody(api, db):
    clerk, auditor = make_user("clerk", is_staff=True), make_user("auditor", is_staff=True)
    auditor.user_permissions.add(Permission.objects.get(codename="view_trackingevent"))

    assert [api(user).get(ME).json()["role"] for user in (clerk, auditor)] == [None, "admin"]


def test_staff_in_a_family_is_shown_as_a_parent(api, family):
    staff = make_user("staff", family=family, is_staff=True, is_superuser=True)

    assert api(staff).get(ME).json()["role"] == "parent"


def test_a_user_in_no_family_is_nobody(api, db):
    me = api(make_user("nobody")).get(ME).json()

    assert (me["role"], me["family_id"]) == (None, None)


# The password


def change(client, *, old=PASSWORD, new=NEW, **more):
    return client.post("/api/v1/me/password/", {"old": old, "new": new}, **more)


def test_the_password_is_changed(api, parent):
    answer = change(api(parent))

    parent.refresh_from_db()
    assert (answer.status_code, answer.content) == (204, b"")
    assert parent.check_password(NEW)


def test_other_tokens_end_and_this_one_stays(parent, other_parent):
    texts = [AuthToken.objects.create(user=user)[1] for user in (parent, parent, other_parent)]
    clients = [DocumentedClient(HTTP_AUTHORIZATION=f"Bearer {text}") for text in texts]

    change(clients[0])

    assert [client.get(ME).status_code for client in clients] == [200, 401, 200]


def test_other_sessions_end_and_this_one_stays(parent):
    here, elsewhere = Client(), Client()
    for client in (here, elsewhere):
        client.login(request=client.request().wsgi_request, username="parent", password=PASSWORD)

    change(here, content_type="application/json")

    assert [client.get(ME).status_code for client in (here, elsewhere)] == [200, 401]


@pytest.mark.parametrize(
    ("body", "code", "attr"),
    [
        ({"old": "not this one"}, "wrong_password", "old"),
        ({"new": "short"}, "password_too_short", "new"),
        ({"new": "12345678901234"}, "password_entirely_numeric", "new"),
        ({"new": "parent"}, "password_too_similar", "new"),
        ({"new": ""}, "blank", "new"),
        ({"new": "x" * 129}, "max_length", "new"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_changes(api, parent, body, code, attr):
    answer = change(api(parent), **body)

    assert answer.status_code == 400
    assert (code, attr) in [(error["code"], error["attr"]) for error in answer.json()["errors"]]
    parent.refresh_from_db()
    assert parent.check_password(PASSWORD)


def test_blanks_belong_to_a_password(api, parent):
    change(api(parent), new=f" {NEW} ")

    parent.refresh_from_db()
    assert parent.check_password(f" {NEW} ")
    assert not parent.check_password(NEW)
