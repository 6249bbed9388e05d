"""Where the database does not answer, the answer is 503, not 500, also where Django and not the API finds out."""

from contextlib import contextmanager

import pytest
from asgiref.sync import async_to_sync
from django.db import InterfaceError, OperationalError, connection
from django.test import AsyncClient

outages = pytest.mark.parametrize("error", [OperationalError, InterfaceError])


@contextmanager
def outage(error=OperationalError):
    def fail(*_):
        raise error

    with connection.execute_wrapper(fail):
        yield


@outages
def test_a_page_of_the_admin_site(site, error):
    site.raise_request_exception = False

    with outage(error):
        answer = site.get("/admin/")

    assert (answer.status_code, answer["Retry-After"]) == (503, "1")
    assert answer.text == "The server is busy. Try again."


def test_under_asgi(db, site):
    client = AsyncClient(raise_request_exception=False)
    client.cookies = site.cookies

    with outage():
        answer = async_to_sync(client.get)("/admin/")

    assert answer.status_code == 503


@outages
def test_the_api(site, error):
    site.raise_request_exception = False

    with outage(error):
        answer = site.get("/api/v1/me/")

    assert (answer.status_code, answer["Retry-After"]) == (503, "1")
    assert answer.json()["errors"][0]["code"] == "unavailable"


def test_what_is_no_outage_stays_what_it_is(site, monkeypatch):
    from django.contrib import admin

    def fail(*_):
        raise RuntimeError

    monkeypatch.setattr(admin.site, "get_app_list", fail)
    site.raise_request_exception = False

    assert site.get("/admin/").status_code == 500
