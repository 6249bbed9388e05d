import pytest
from django.test import Client

from children.models import User
from children.tests.factories import PASSWORD

LOGIN = "/admin/login/"


@pytest.fixture
def anybody():
    return Client(enforce_csrf_checks=False)


def test_an_admin_logs_in(anybody, admin):
    response = anybody.post(f"{LOGIN}?next=/admin/", {"username": "admin", "password": PASSWORD}, follow=True)

    assert response.redirect_chain == [("/admin/", 302)]
    assert response.context["user"] == admin


def test_who_is_not_staff_does_not_get_in(anybody, parent):
    response = anybody.post(LOGIN, {"username": "parent", "password": PASSWORD})

    assert response.status_code == 200
    assert response.context["form"].errors


def test_after_five_wrong_guesses_the_right_one_is_too_late(anybody, admin):
    statuses = [anybody.post(LOGIN, {"username": "admin", "password": "guess"}).status_code for _ in range(5)]
    response = anybody.post(LOGIN, {"username": "admin", "password": PASSWORD})

    assert statuses == [200, 200, 200, 200, 429]
    assert response.status_code == 429
    assert int(response["Retry-After"]) > 0


def test_guessing_one_username_does_not_lock_another(anybody, admin, parent):
    for _ in range(6):
        anybody.post(LOGIN, {"username": "parent", "password": "guess"})

    assert anybody.post(LOGIN, {"username": "admin", "password": PASSWORD}).status_code == 302


@pytest.mark.parametrize("value", ["", "\0", "x" * 100_000, "é", "9" * 5000])
def test_junk_is_answered(anybody, db, value):
    response = anybody.post(LOGIN, {"username": value, "password": value, "next": value})

    assert response.status_code in {200, 400, 429}


def test_a_login_form_needs_its_token(admin):
    response = Client(enforce_csrf_checks=True).post(LOGIN, {"username": "admin", "password": PASSWORD})

    assert response.status_code == 403


def test_a_deleted_admin_is_out(site, admin):
    User.objects.filter(pk=admin.pk).delete()

    assert site.get("/admin/").url.startswith(LOGIN)
