"""What stands above the list of events: what they come to, a picture, and what the script needs to tell of new ones."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from children import clock
from children.services.accounts import delete_user
from children.services.activations import activate, cancel_activation
from children.services.children import remove_child
from tracking.admin import panel as panels
from tracking.admin.event import TrackingEventAdmin
from tracking.models import TrackingEvent
from tracking.services.sealing import seal_days

LIST = "/admin/tracking/trackingevent/"


@pytest.fixture
def life(parent, child, sibling, task, penalty):
    """The child: 10 on the 2nd, 10 more on the 3rd, undone on the 5th, which is 10; its sibling -4 on the 5th."""
    for day in (2, 3):
        with clock.pretend(datetime(2026, 3, day, 12, tzinfo=UTC)):
            last = activate(entity=task, child=child, by=parent)
    with clock.pretend(datetime(2026, 3, 5, 12, tzinfo=UTC)):
        cancel_activation(activation=last, by=parent)
        activate(entity=penalty, child=sibling, by=parent)


def panel(site, **query):
    return site.get(LIST, query).context["cl"].panel


def sums(panel):
    summary = panel.summary
    return summary.acts, summary.good, summary.not_good, summary.spent


def rows(panel):
    return [row.value for row in panel.chart.rows]


def live(site, **query):
    return site.get(LIST, query).context["cl"].live


def test_acts_are_added_up_and_drawn_day_by_day(site, life):
    shown = panel(site)

    assert sums(shown) == (4, 10, 4, 0)
    assert rows(shown) == [1, 1, 0, 2]
    assert shown.balance is None


def test_of_one_child_the_points_are_drawn_from_before_on(site, life, child):
    shown = panel(site, child=child.pk)

    assert sums(shown) == (3, 10, 0, 0)
    assert rows(shown) == [0, 10, 20, 20, 10]
    assert shown.balance == 10


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"from": "2026-03-03"}, (3, 0, 4, 0)),
        ({"to": "2026-03-02"}, (1, 10, 0, 0)),
        ({"entity_type": "penalty"}, (1, 0, 4, 0)),
        ({"action": "cancelled"}, (1, -10, 0, 0)),
        ({"family": "Lovelace"}, (4, 10, 4, 0)),
    ],
)
def test_the_sums_are_those_of_the_filter(site, life, query, expected):
    assert sums(panel(site, **query)) == expected


def test_the_points_of_a_child_are_drawn_whatever_else_is_filtered_but_the_days(site, life, child):
    shown = panel(site, child=child.pk, action="cancelled")

    assert sums(shown) == (1, -10, 0, 0)
    assert rows(shown) == [0, 10, 20, 20, 10]
    assert rows(panel(site, child=child.pk, **{"from": "2026-03-03"})) == [10, 20, 20, 10]


def test_a_removed_childs_points_are_drawn_by_its_number(site, life, child):
    remove_child(child=child, by=None)

    assert rows(panel(site, child=child.pk)) == [0, 10, 20, 20, 10]


def test_a_name_that_only_one_child_has_is_that_child(site, life):
    assert rows(panel(site, child="ada")) == [0, 10, 20, 20, 10]
    assert rows(panel(site, child="a")) != []


def test_many_days_are_drawn_by_weeks_and_months(site, life, child, task):
    def titled():
        return panel(site).chart.title

    assert titled() == "Acts per day"
    with clock.pretend(datetime(2026, 8, 1, tzinfo=UTC)):
        activate(entity=task, child=child, by=None)
    assert titled() == "Acts per week"
    with clock.pretend(datetime(2028, 8, 1, tzinfo=UTC)):
        activate(entity=task, child=child, by=None)
    assert titled() == "Acts per month"


@pytest.mark.parametrize("query", [{"child": "nobody"}, {"from": "junk"}, {"from": "2027-01-01"}, {"child": "999"}])
def test_nothing_is_drawn_where_there_is_nothing(site, life, query):
    response = site.get(LIST, query)

    assert response.context["cl"].panel is None
    assert "trail-panel" not in response.text


def test_the_same_numbers_stand_in_a_table(site, life):
    page = site.get(LIST).text

    assert "Acts per day</caption>" in page
    assert page.count('<rect class="chart-bar"') == 3
    assert "<style" not in page.split("<main")[1]
    assert " style=" not in page


def test_what_takes_long_is_added_up_when_asked_for(site, life, monkeypatch):
    monkeypatch.setattr(panels, "SCATTERED", 3)
    assert panel(site) is not None
    assert panel(site, family="love", entity_type="task") is not None

    response = site.get(LIST, {"family": "love"})

    assert response.context["cl"].panel is None
    assert '<a href="?add_up=1&amp;family=love">Add up and draw these 4 acts, which takes a while</a>' in response.text
    assert sums(panel(site, family="love", add_up="1")) == (4, 10, 4, 0)


def test_of_a_child_all_that_would_be_drawn_counts(site, life, child, monkeypatch):
    monkeypatch.setattr(panels, "SCATTERED", 2)

    assert panel(site, child=child.pk, action="cancelled") is None
    assert panel(site, child=child.pk, action="cancelled", **{"from": "2026-03-04"}) is not None


def test_what_is_added_up_already_is_shown_at_once(site, life, monkeypatch):
    monkeypatch.setattr(panels, "AT_ONCE", 1)
    assert panel(site) is None

    list(seal_days())

    assert sums(panel(site)) == (4, 10, 4, 0)
    assert rows(panel(site)) == [1, 1, 0, 2]
    assert sums(panel(site, entity_type="task", to="2026-03-03")) == (2, 20, 0, 0)
    with timezone.override("Asia/Tokyo"):  # whose days are others
        assert panel(site) is None
        assert rows(panel(site, add_up="1")) == [1, 1, 0, 2]


@pytest.mark.parametrize(
    ("query", "times"), [({}, 1), ({"to": "2026-03-09"}, 1), ({"action": "activated"}, 2), ({"family": "love"}, 2)]
)
def test_what_a_child_did_is_added_up_once_where_that_is_what_is_drawn(site, life, child, query, times):
    with CaptureQueriesContext(connection) as queries:
        panel(site, child=child.pk, **query)

    assert len([query for query in queries if "SUM(" in query["sql"]]) == times


def test_what_is_asked_for_stays_asked_for_and_is_no_filter(site, life):
    response = site.get(LIST, {"add_up": "1"})

    assert not response.context["cl"].has_active_filters
    assert "?add_up=1&amp;entity_type=task" in response.text
    assert '<input type="hidden" name="add_up" value="1">' in response.text


# Live


def test_the_script_is_told_where_to_listen_and_from_where_on(site, life, family):
    told = live(site)

    assert told["stream"] == f"/api/v1/tracking/stream/?family_id={family.pk}"
    assert told["last_id"] == TrackingEvent.objects.newest_first().first().pk
    assert told["wanted"] == {}
    assert (told["texts"][0], told["texts"][2]) == ("1 new event", "3 new events")
    assert told["texts"][-1] == "More than 99 new events"


def test_the_script_is_told_what_belongs_to_the_list(site, life, child):
    told = live(site, child="a", entity_type="task", action="activated")

    assert told["wanted"] == {"child_id": [child.pk], "entity_type": ["task"], "action": ["activated"]}


def test_a_family_without_events_is_listened_to_from_the_beginning(site, family):
    assert live(site)["last_id"] == 0


def test_of_several_families_it_listens_to_the_one_that_is_filtered_for(
    site, life, family, child, strangers_family, strangers_child
):
    assert live(site) is None
    assert f"family_id={strangers_family.pk}" in live(site, family="babb")["stream"]
    assert f"family_id={strangers_family.pk}" in live(site, child=strangers_child.pk)["stream"]
    assert f"family_id={family.pk}" in live(site, family=family.pk)["stream"]
    assert live(site, child="999") is None
    assert live(site, family="999") is None


def test_a_child_of_another_family_than_asked_for_is_not_listened_to(site, child, strangers_family, family):
    assert live(site, family=strangers_family.pk, child=child.pk) is None
    assert live(site, family="a", child=child.pk)["stream"].endswith(f"family_id={family.pk}")


def test_the_script_is_told_when_the_days_are_over_and_where_the_new_ones_are(site, life, monkeypatch):
    monkeypatch.setattr(TrackingEventAdmin, "list_per_page", 2)
    with clock.pretend(datetime(2026, 3, 5, 13, tzinfo=UTC)), timezone.override("Asia/Tokyo"):
        told = live(site, to="2026-03-05", p="2", **{"from": "2026-03-04"})

    assert (told["start"], told["end"]) == ("2026-03-03T15:00:00.000000Z", "2026-03-05T15:00:00.000000Z")
    assert told["link"] == "?from=2026-03-04&to=2026-03-05"
    assert live(site)["link"] == "?"
    assert (live(site)["start"], live(site)["end"]) == (None, None)


def test_a_family_that_is_gone_is_no_other_family(site, life, stranger, strangers_family):
    delete_user(user=stranger, by=None)

    assert live(site) is not None


@pytest.mark.parametrize(
    ("query", "is_live"),
    [
        ({"from": "2026-03-10", "to": "2026-03-10"}, True),
        ({"from": "2026-03-11"}, False),
        ({"to": "2026-03-09"}, False),
        ({"to": "junk"}, False),
        ({"anonymized": "true"}, False),
        ({"action": "junk"}, False),
    ],
)
def test_it_listens_only_where_something_new_can_belong(site, life, query, is_live):
    with clock.pretend(datetime(2026, 3, 10, 12, tzinfo=UTC)):
        response = site.get(LIST, query)

    assert (response.context["cl"].live is not None) == is_live
    assert ("live.js" in response.text) == is_live


def test_the_picture_of_a_child_is_as_coarse_as_its_own_time_asks_for(site, life, child, task, penalty):
    with clock.pretend(datetime(2028, 8, 1, tzinfo=UTC)):
        activate(entity=penalty, child=child, by=None)

    assert panel(site, child=child.pk, entity_type="penalty").chart.title == "Points at the end of each month"
