import pytest

FAMILY = "/api/v1/family/"


def test_parents_and_children_read_their_family(api, family, parent, child_user):
    expected = {"id": family.pk, "name": "Lovelace", "timezone": "UTC", "floor_at_zero": False}

    assert api(parent).get(FAMILY).json() == expected
    assert api(child_user).get(FAMILY).json() == expected


def test_a_parent_changes_it(api, family, parent, strangers_family):
    body = {"name": "King", "timezone": "Europe/London", "floor_at_zero": True}

    answer = api(parent).patch(FAMILY, body)

    assert answer.status_code == 200
    assert answer.json() == {"id": family.pk, **body}
    strangers_family.refresh_from_db()
    assert (strangers_family.name, strangers_family.floor_at_zero) == ("Babbage", False)


def test_what_is_left_out_stays(api, family, parent):
    assert api(parent).patch(FAMILY, {"floor_at_zero": True}).json()["name"] == "Lovelace"
    assert api(parent).patch(FAMILY, {}).json()["floor_at_zero"] is True


def test_a_child_and_an_admin_outside_change_nothing(api, family, child_user, admin):
    assert api(child_user).patch(FAMILY, {"name": "Mine"}).status_code == 403
    assert api(admin).patch(FAMILY, {"name": "Mine"}).status_code == 403
    assert api(admin).get(FAMILY).status_code == 403


@pytest.mark.parametrize(
    ("body", "attr", "code"),
    [
        ({"name": ""}, "name", "blank"),
        ({"name": None}, "name", "null"),
        ({"timezone": "Nowhere"}, "timezone", "invalid_timezone"),
        ({"floor_at_zero": "perhaps"}, "floor_at_zero", "invalid"),
        ({"floor_at_zero": None}, "floor_at_zero", "null"),
        ({"points": 3}, "points", "unknown_field"),
    ],
)
def test_what_is_wrong_is_named(api, parent, body, attr, code):
    answer = api(parent).patch(FAMILY, body)

    assert answer.status_code == 400
    assert [(error["code"], error["attr"]) for error in answer.json()["errors"]] == [(code, attr)]
