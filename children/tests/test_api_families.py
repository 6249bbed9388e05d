import pytest

from children.models import Family, User
from children.tests.factories import PASSWORD

FAMILIES = "/api/v1/families/"
BODY = {"name": "Hopper", "timezone": "America/New_York", "username": "grace", "password": PASSWORD}


def test_an_admin_makes_a_family_with_its_first_parent(api, admin):
    answer = api(admin).post(FAMILIES, BODY)

    family, parent = Family.objects.get(), User.objects.get(username="grace")
    assert answer.status_code == 201
    assert answer.json() == {
        "id": family.pk,
        "name": "Hopper",
        "timezone": "America/New_York",
        "floor_at_zero": False,
        "parent": {"id": parent.pk, "username": "grace"},
    }
    assert (parent.family, parent.role, parent.check_password(PASSWORD)) == (family, "parent", True)


def test_anybody_does_where_registration_is_open(api, db, settings):
    settings.REGISTRATION_OPEN = True

    assert api().post(FAMILIES, BODY).status_code == 201


def test_nobody_else_does_where_it_is_not(api, parent, child_user):
    assert api().post(FAMILIES, BODY).status_code == 401
    assert [api(user).post(FAMILIES, BODY).status_code for user in (parent, child_user)] == [403, 403]
    assert Family.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "attr", "code"),
    [
        ({"name": ""}, "name", "blank"),
        ({"name": "x" * 101}, "name", "max_length"),
        ({"timezone": "Mars/Olympus_Mons"}, "timezone", "invalid_timezone"),
        ({"timezone": "../../etc/passwd"}, "timezone", "invalid_timezone"),
        ({"timezone": 1}, "timezone", "invalid_timezone"),
        ({"username": "admin"}, "username", "unique"),
        ({"username": "with blanks"}, "username", "invalid"),
        ({"password": "grace"}, "password", "password_too_short"),
        ({"floor_at_zero": True}, "floor_at_zero", "unknown_field"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_made(api, admin, changes, attr, code):
    answer = api(admin).post(FAMILIES, {**BODY, **changes})

    assert answer.status_code == 400
    assert (code, attr) in [(error["code"], error["attr"]) for error in answer.json()["errors"]]
    assert not Family.objects.exists()


def test_everything_is_required(api, admin):
    answer = api(admin).post(FAMILIES, {})

    assert {error["attr"] for error in answer.json()["errors"]} == set(BODY)
