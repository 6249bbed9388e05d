"""A file that cannot go on breaks its connection: it never ends as if it were whole."""

import json

import pytest
from django.contrib.sessions.models import Session

from children.models import AuthToken
from children.services.accounts import delete_user
from children.services.activations import activate
from tracking.exports import chunks as reading
from tracking.exports.response import CutShort
from tracking.tests.aging import live, noon, purge
from tracking.tests.exporting import FILES, JSON_LINES
from tracking.tests.streaming_inside import bearer, session
from tracking.tests.test_export_admin import CSV as SITE_CSV
from tracking.tests.test_stream_reading import (
    ENDS_WITH,
    be_staff_no_more,
    change_the_password,
    deactivate,
    delete,
    lose_the_permission,
    named,
)

pytestmark = pytest.mark.django_db
each_file = pytest.mark.parametrize("path", FILES)


@pytest.fixture
def trail(child, task, other_parent, monkeypatch):
    """Five events, which are read in three chunks."""
    monkeypatch.setattr(reading, "CHUNK", 2)
    for _ in range(5):
        activate(entity=task, child=child, by=other_parent)


@pytest.fixture
def watcher(request):
    """Who is sent the file, by the name of its fixture."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def begin(client):
    """Return a function that begins a file, and returns what comes after its first chunk."""

    def begin(path, headers, query=None):
        answer = client.get(path, query, headers=headers)
        assert answer.status_code == 200, answer.content
        parts = iter(answer.streaming_content)
        assert (next(parts) + next(parts)).count(b"activated") == 2
        return parts

    return begin


def breaks(parts):
    """Whether it does, before anything more is sent."""
    with pytest.raises(CutShort):
        next(parts)
    return True


# The credentials end


@pytest.mark.parametrize(("credentials", "watcher", "deed"), ENDS_WITH, indirect=["watcher"], ids=named)
def test_nothing_is_sent_once_the_credentials_ended(credentials, watcher, deed, trail, begin):
    parts = begin(JSON_LINES, credentials(watcher))

    deed(watcher)

    assert breaks(parts)


@each_file
def test_nothing_is_sent_after_logging_out_everywhere(client, parent, trail, begin, path):
    headers = bearer(parent)
    parts = begin(path, headers)

    assert client.post("/api/v1/auth/logoutall/", content_type="application/json", headers=headers).status_code == 204

    assert breaks(parts)


@each_file
def test_nothing_is_sent_after_the_token_was_revoked_but_to_others(client, parent, trail, begin, path):
    headers = bearer(parent)
    (token,) = client.get("/api/v1/auth/tokens/", headers=headers).json()["results"]
    ends, goes_on = begin(path, headers), begin(path, bearer(parent))

    assert client.delete(f"/api/v1/auth/tokens/{token['id']}/", headers=headers).status_code == 204

    assert breaks(ends)
    assert b"".join(goes_on).count(b"activated") == 3


def test_nothing_is_sent_to_another_of_the_same_role(parent, other_parent, trail, begin):
    parts = begin(JSON_LINES, bearer(parent))

    AuthToken.objects.update(user=other_parent)

    assert breaks(parts)


def end_the_sessions(user):
    Session.objects.all().delete()


@pytest.mark.parametrize(
    "deed", [end_the_sessions, deactivate, delete, lose_the_permission, be_staff_no_more, change_the_password]
)
def test_so_it_is_in_the_admin_site(staff, trail, begin, deed):
    parts = begin(SITE_CSV, session(staff))

    deed(staff)

    assert breaks(parts)


def test_in_the_admin_site_it_ends_with_a_logout(client, staff, trail, begin):
    client.force_login(staff)
    parts = begin(SITE_CSV, {})

    client.logout()

    assert breaks(parts)


# What was counted is gone


def events_in(parts):
    return [json.loads(line) for part in parts for line in part.splitlines()]


def test_it_breaks_at_the_end_if_events_were_purged_meanwhile(
    client, child, sibling, task, penalty, parent, monkeypatch
):
    monkeypatch.setattr(reading, "CHUNK", 4)
    live(child, sibling, task, penalty, parent)
    answer = client.get(JSON_LINES, {"child_id": child.pk}, headers=bearer(parent))
    parts = iter(answer.streaming_content)
    read = [next(parts), next(parts)]

    purge(noon(5))

    with pytest.raises(CutShort):
        read.extend(parts)
    assert answer.headers["X-Total-Count"] == "13"
    assert [event["sequence"] for event in events_in(read)] == [*range(13, 4, -1)]


def test_it_breaks_at_the_end_if_who_was_chosen_was_forgotten_meanwhile(parent, other_parent, trail, begin):
    parts = begin(JSON_LINES, bearer(parent), {"user_id": other_parent.pk})

    delete_user(user=other_parent, by=other_parent)

    assert breaks(parts)


def test_it_is_whole_if_there_were_more_in_the_end(admin, parent, other_parent, child, task, trail, begin):
    for _ in range(2):
        activate(entity=task, child=child, by=parent)
    delete_user(user=parent, by=parent)
    parts = begin(JSON_LINES, bearer(admin), {"anonymized": "true"})

    delete_user(user=other_parent, by=other_parent)

    assert len(events_in(parts)) == 5
