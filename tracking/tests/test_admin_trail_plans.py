"""By which indexes the list of the trail is read, so that it takes no longer the more events there are."""

import re
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from children import clock
from children.services.activations import activate
from tracking.admin.event import TrackingEventAdmin
from tracking.models import event_queryset

LIST = "/admin/tracking/trackingevent/"
BESIDES = {"event_family_id", "sqlite_autoindex_tracking_trackingevent_1"}  # the newest id, and the balances of a child


@pytest.fixture
def trail(child, task, strangers_child, strangers_task):
    """Ten events each of a child and of another family's."""
    for day in range(1, 11):
        with clock.pretend(datetime(2026, 3, day, 12, tzinfo=UTC)):
            activate(entity=task, child=child, by=None)
            activate(entity=strangers_task, child=strangers_child, by=None)


def read(site, url=LIST, **query):
    """What the page asks of the trail."""
    with CaptureQueriesContext(connection) as queries:
        assert site.get(url, query).status_code == 200
    return [query["sql"] for query in queries if 'FROM "tracking_trackingevent"' in query["sql"]]


def indexes(statement):
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {statement}")
        return re.findall(r"INDEX (\w+)", str(cursor.fetchall())) or ["none"]


@pytest.mark.once  # PostgreSQL counts what there is, and chooses
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"family": "a"}, {"event_family"}),
        ({"family": "a", "from": "2026-03-02"}, {"event_family"}),
        ({"family": "a", "entity_type": "task"}, {"event_family"}),
        ({"child": "1", "from": "2026-03-02", "entity_type": "task"}, {"event_child"}),
        ({"child": "1", "action": "cancelled"}, {"event_child"}),
        ({"anonymized": "true"}, {"event_anonymized"}),
        ({"anonymized": "true", "entity_type": "task", "action": "activated"}, {"event_anonymized"}),
        ({"from": "2026-03-02"}, {"event_newest"}),
        ({"entity_type": "task", "from": "2026-03-02"}, {"event_entity_type"}),
    ],
)
def test_the_narrowest_index_is_taken(site, trail, query, expected):
    taken = {index for statement in read(site, **query) for index in indexes(statement)}

    assert expected <= taken <= expected | BESIDES


@pytest.mark.once
def test_the_newest_of_several_families_are_not_sorted_out_of_all(site, trail):
    # `family_id IN (..)` alone was answered by event_family_id, and all of both families sorted by time.
    (rows,) = [statement for statement in read(site, family="a") if '"metadata"' in statement]

    assert indexes(rows) == ["event_family"]


@pytest.mark.once
def test_whose_family_goes_along_has_its_events_counted_by_user(site, trail, parent, child_user):
    (count,) = read(site, reverse("admin:children_user_delete", args=[parent.pk]))

    assert str(child_user.pk) in count and " OR " not in count
    assert indexes(count) == ["event_user"]


def test_where_nothing_is_no_row_is_looked_for(site, trail):
    # Nobody requests a penalty: all penalties would be read to find none.
    assert not [
        statement for statement in read(site, entity_type="penalty", action="requested") if "LIMIT" in statement
    ]


def test_a_page_far_back_is_found_by_its_ids(site, trail, monkeypatch):
    monkeypatch.setattr(TrackingEventAdmin, "list_per_page", 3)
    near = [event.pk for page in range(1, 8) for event in shown(site, page)]

    monkeypatch.setattr(event_queryset, "FAR", 3)
    far = [event.pk for page in range(1, 8) for event in shown(site, page)]
    skipping = [statement for statement in read(site, p="7") if "OFFSET" in statement]

    assert far == near == sorted(near, reverse=True)
    assert len(far) == 20
    assert len(skipping) == 1 and '"id" IN (SELECT U0."id" AS "pk" FROM' in skipping[0]


def shown(site, page):
    return site.get(LIST, {"p": page}).context["cl"].result_list
