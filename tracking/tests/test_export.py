"""Files of the trail, for whoever sees it: a table for people, lines of JSON for programs."""

import json
import re

import pytest
from django.db import OperationalError, connection

from children.services.accounts import delete_user
from children.services.activations import activate, cancel_activation
from children.services.children import remove_child
from children.services.families import remove_parent
from children.tests.factories import earn, make_child, make_task
from children.tests.pages import page, section
from rewards.services.requests import redeem_reward
from tracking.exports import chunks as reading
from tracking.exports import formats
from tracking.exports.reader import Reader
from tracking.exports.response import export
from tracking.models import TrackingEvent
from tracking.models.plain_form import FIELDS
from tracking.tests.exporting import CSV, FILES, JSON_LINES, cells_of, content_of, ids_of, is_formula, rows_of
from tracking.tests.factories import make_event

each_file = pytest.mark.parametrize("path", FILES)


@pytest.fixture
def story(parent, other_parent, child, sibling, task, penalty, reward):
    """Five events of one family, oldest first."""
    done = activate(entity=task, child=child, by=parent)
    cancel_activation(activation=done, by=other_parent)
    activate(entity=penalty, child=sibling, by=parent)
    earn(sibling, 30)
    redeem_reward(reward=reward, child=sibling, by=parent)
    return list(TrackingEvent.objects.order_by("id"))


@pytest.fixture
def strangers_event(strangers_child, strangers_task, stranger):
    activate(entity=strangers_task, child=strangers_child, by=stranger)
    return TrackingEvent.objects.get(child_id=strangers_child.pk)


def wrong(answer):
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/json"
    return [(error["code"], error["attr"]) for error in answer.json()["errors"]]


# What is in it


def test_lines_of_json_are_the_events_in_their_plain_form(api, parent, story):
    lines = content_of(api(parent).get(JSON_LINES)).splitlines()

    assert [json.loads(line) for line in lines] == [event.to_dict() for event in reversed(story)]
    assert lines[0] == json.dumps(story[-1].to_dict())  # as the audit log has it


def test_a_table_has_every_field_and_the_names_of_what_which_child_and_who(api, parent, story):
    rows = rows_of(api(parent).get(CSV))

    assert [*rows[0]] == [*FIELDS, "entity_name", "child_name", "username"]
    for row, event in zip(rows, reversed(story), strict=True):
        plain = event.to_dict()
        assert json.loads(row.pop("metadata")) == plain.pop("metadata")
        assert {name: row[name] for name in plain} == {
            name: "" if value is None else str(value) for name, value in plain.items()
        }
    assert [(row["entity_name"], row["child_name"], row["username"]) for row in reversed(rows)] == [
        ("Dishes", "Ada", "parent"),
        ("Dishes", "Ada", "other-parent"),
        ("Shouting", "Byron", "parent"),
        ("Chores of last week", "Byron", ""),
        ("Cinema", "Byron", "parent"),
    ]


def test_a_table_is_as_rfc_4180_wants_it_with_bare_numbers(api, admin):
    make_event(delta=-10, points_after=-10, metadata={"entity_name": 'Küche "groß", Bad'})

    content = content_of(api(admin).get(CSV))

    header, row, rest = content.split("\r\n")
    assert header == ",".join(f'"{name}"' for name in (*FIELDS, "entity_name", "child_name", "username"))
    assert re.fullmatch(
        r'\d+,"","system",1,2,1,"task",3,"activated",0,-10,-10,"2026-03-01T12:30:15\.000042Z","2026-03-01T12:30:15\.000042Z",'
        r'"{""entity_name"":""K\\u00fcche \\""gro\\u00df\\"", Bad""}","Küche ""groß"", Bad","",""',
        row,
    )
    assert rest == ""


def test_what_somebodys_own_sql_put_there_is_told_too(api, admin):
    for sequence, metadata in enumerate([None, [1], "=1+1", {"entity_name": 5}], start=1):
        make_event(sequence=sequence, metadata=metadata)

    rows = rows_of(api(admin).get(CSV))

    assert [row["metadata"] for row in reversed(rows)] == [
        "",
        "[1]",
        '"=1+1"',
        '{"entity_name":5}',
    ]
    assert [row["entity_name"] for row in reversed(rows)] == ["", "", "", "5"]
    assert len(content_of(api(admin).get(JSON_LINES)).splitlines()) == 4


@pytest.mark.once
def test_half_a_character_which_sqlite_keeps_is_replaced(api, admin):
    make_event(metadata={"entity_name": "\ud800"})

    assert rows_of(api(admin).get(CSV))[0]["entity_name"] == "?"


@pytest.mark.parametrize("name", ["=1+1", "a;=1+1", ' "=1+1"', "\uff1d1+1", "a\n=1+1", 'a";"=1+1', "@SUM(1;-2)"])
def test_no_name_becomes_a_formula_wherever_a_spreadsheet_splits(api, parent, family, name):
    activate(entity=make_task(family, name=name), child=make_child(family, name), by=parent)

    content = content_of(api(parent).get(CSV))

    assert not [cell for delimiter in ",;\t" for cell in cells_of(content, delimiter) if is_formula(cell)]
    (row,) = rows_of(api(parent).get(CSV))
    assert row["entity_name"].replace("'", "") == row["child_name"].replace("'", "") == name
    assert "'" in row["entity_name"]
    assert json.loads(row["metadata"])["entity_name"] == name


def test_usernames_become_no_formula_either(api, parent, child, task):
    parent.username = "@SUM"
    parent.save()
    activate(entity=task, child=child, by=parent)

    assert rows_of(api(parent).get(CSV))[0]["username"] == "'@SUM"


@each_file
def test_an_empty_trail_is_an_empty_file(api, parent, path):
    answer = api(parent).get(path)

    assert answer.headers["X-Total-Count"] == "0"
    assert len(content_of(answer).splitlines()) == (1 if path == CSV else 0)


# Who sees what


def test_each_gets_what_its_list_shows(api, parent, child_user, admin, stranger, story, strangers_event):
    for user, count in ((parent, 5), (child_user, 2), (admin, 6), (stranger, 1)):
        listed = api(user).get("/api/v1/tracking/events/").json()
        assert listed["count"] == count
        assert ids_of(api(user).get(CSV)) == [event["id"] for event in listed["results"]]
        assert [json.loads(line) for line in content_of(api(user).get(JSON_LINES)).splitlines()] == listed["results"]


def test_usernames_are_for_those_who_may_know_them(api, parent, child_user, admin, other_parent, story):
    def usernames(user):
        return {row["username"] for row in rows_of(api(user).get(CSV, {"child_id": child_user.own_child.pk}))}

    activate(entity=make_task(parent.family), child=child_user.own_child, by=other_parent)
    assert usernames(parent) == usernames(admin) == {"parent", "other-parent"}
    assert usernames(child_user) == {""}

    remove_parent(parent=other_parent, by=parent)
    assert usernames(parent) == {"parent", ""}
    assert usernames(admin) == {"parent", "other-parent"}


def test_a_child_finds_its_own_username(api, child_user, child, reward):
    earn(child, 50)
    api(child_user).post(f"/api/v1/rewards/{reward.pk}/request/")

    assert [row["username"] for row in rows_of(api(child_user).get(CSV))] == ["ada", ""]


def test_who_is_gone_is_named_by_number_only(api, parent, other_parent, sibling, story):
    number = str(sibling.pk)
    remove_child(child=sibling, by=parent)
    delete_user(user=other_parent, by=other_parent)

    rows = rows_of(api(parent).get(CSV))

    assert {row["child_name"] for row in rows if row["child_id"] == number} == {""}
    assert [row["username"] for row in rows if row["action"] == "cancelled"] == [""]


# What is chosen


@pytest.mark.parametrize(
    "query",
    [
        {"action": "activated"},
        {"entity_type": "reward"},
        {"entity_type": "task", "action": "cancelled"},
        {"entity_type": "penalty", "action": "redeemed"},
        {"user_id": 2**62},
        {"occurred_after": "2000-01-01", "occurred_before": "2100-01-01"},
        {"occurred_before": "2000-01-01"},
    ],
)
def test_the_filters_are_those_of_the_list(api, parent, story, query):
    client = api(parent)
    expected = [event["id"] for event in client.get("/api/v1/tracking/events/", query).json()["results"]]

    answer = client.get(CSV, query)

    assert answer.headers["X-Total-Count"] == str(len(expected))
    assert ids_of(answer) == expected


def test_admins_choose_a_family(api, admin, story, strangers_event, strangers_family):
    assert ids_of(api(admin).get(CSV, {"family_id": strangers_family.pk})) == [strangers_event.pk]


@each_file
@pytest.mark.parametrize(
    ("query", "named"),
    [
        ({"limit": "5"}, ("unknown_parameter", "limit")),
        ({"offset": "5"}, ("unknown_parameter", "offset")),
        ({"as_of": "5"}, ("unknown_parameter", "as_of")),
        ({"format": "csv"}, ("unknown_parameter", "format")),
        ({"family_id": "1"}, ("unknown_parameter", "family_id")),
        ({"child_id": "x"}, ("invalid", "child_id")),
        ({"occurred_after": "2026-02-30"}, ("invalid", "occurred_after")),
        ({"occurred_after": "2026-02-02", "occurred_before": "2026-02-01"}, ("range_reversed", "occurred_before")),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_sent(api, parent, path, query, named):
    assert wrong(api(parent).get(path, query)) == [named]


# The answer


@each_file
def test_it_is_a_file_to_be_kept_with_a_count_to_show_progress(api, parent, story, path):
    answer = api(parent).get(path, {"action": "activated"})

    assert answer.streaming
    assert re.fullmatch(
        rf'attachment; filename="chore-events-\d{{4}}-\d\d-\d\d\.{path.rpartition(".")[2]}"',
        answer.headers["Content-Disposition"],
    )
    types = {CSV: "text/csv; charset=utf-8", JSON_LINES: "application/x-ndjson"}
    assert answer.headers["Content-Type"] == types[path]
    assert answer.headers["X-Total-Count"] == "3"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Accel-Buffering"] == "no"


@each_file
def test_it_is_the_same_whatever_accept_says(api, parent, story, path):
    contents = {
        content_of(api(parent).get(path, headers={"Accept": accept}))
        for accept in ("*/*", "text/csv", "application/json", "text/html", "image/png")
    }

    assert len(contents) == 1


@each_file
def test_head_tells_how_much_there_is(api, admin, story, path, django_assert_num_queries):
    with django_assert_num_queries(
        5
    ):  # whose login it is, the newest event, how many there are; twice whether days are sealed
        answer = api(admin).head(path)

    assert (answer.status_code, answer.headers["X-Total-Count"]) == (200, "5")
    assert "Content-Length" not in answer.headers


def test_it_reads_nothing_for_a_head_whatever_the_server_does_with_a_body(rf, admin, story):
    answer = export(rf.head(CSV), TrackingEvent.objects.all(), formats.CSV, Reader(admin, lambda: admin))

    assert answer.getvalue() == b""


@pytest.mark.parametrize(("path", "queries"), [(CSV, 3 * 3), (JSON_LINES, 3)])
def test_a_chunk_takes_the_same_queries_however_many_rows(
    api, parent, story, monkeypatch, path, queries, django_assert_num_queries
):
    monkeypatch.setattr(reading, "CHUNK", 2)

    answer = api(parent).get(path)

    with django_assert_num_queries(queries):
        content_of(answer)


@each_file
def test_who_leaves_midway_is_not_named_from_then_on(api, parent, other_parent, child, story, monkeypatch, path):
    monkeypatch.setattr(reading, "CHUNK", 4)
    parts = iter(api(other_parent).get(path).streaming_content)
    told = [next(parts), next(parts)]

    delete_user(user=parent, by=parent)
    told += parts

    ids = [int(number) for number in re.findall(rb'^(?:{"id": )?(\d+),', b"".join(told), re.MULTILINE)]
    assert ids == [event.pk for event in reversed(story)]
    last = told[-1].splitlines()[-1]
    assert b'"user_id": null' in last or b',"","parent",' in last


@each_file
def test_if_the_database_fails_midway_the_file_does_not_end_as_if_it_were_whole(api, parent, story, monkeypatch, path):
    monkeypatch.setattr(reading, "CHUNK", 2)
    answer = api(parent).get(path)
    parts = iter(answer.streaming_content)
    assert next(parts) + next(parts)

    def fail(*_):
        raise OperationalError("gone")

    with connection.execute_wrapper(fail), pytest.raises(OperationalError):
        next(parts)


def test_the_page_downloads_what_there_is(api, parent):
    paths = re.findall(r'"\$CHORE(/api/v1/.*?)"', section(page("docs/api.md"), "Exports"))

    assert {path.partition("?")[0] for path in paths} == set(FILES)
    assert [api(parent).get(path).status_code for path in paths] == [200] * len(paths)
