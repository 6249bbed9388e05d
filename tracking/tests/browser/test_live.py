"""The list tells of events as they come, and leaves it to its reader to see them."""

import pytest

from tracking.tests.browser.trail import TRAIL, cells, follow

pytestmark = pytest.mark.browser

NOTE = "#new-events"


@pytest.fixture
def list_of_leos_tasks(tab):
    tab.goto(f"{TRAIL}?child=leo&entity_type=task")
    tab.evaluate("window.isTheSame = true")
    return tab


def wait_for_note(tab, text):
    tab.wait_for_function("text => document.getElementById('new-events').textContent === text", arg=text)


def test_new_events_are_counted_as_they_come_and_shown_when_asked_for(list_of_leos_tasks, house):
    tab, before = list_of_leos_tasks, cells(list_of_leos_tasks, "when")
    assert tab.inner_text(NOTE) == ""

    house.do_task("Leo")
    wait_for_note(tab, "1 new event")
    house.do_task("Ada", "Wash up", by="chidi")
    house.do_task("Mia")
    house.get_penalty("Leo")
    for _ in range(2):
        house.do_task("Leo")
    wait_for_note(tab, "3 new events")
    assert tab.evaluate("window.isTheSame")
    assert cells(tab, "when") == before

    follow(tab, f"{NOTE} a")
    assert cells(tab, "when")[3:] == before
    assert tab.inner_text(NOTE) == ""
    assert tab.get_attribute(NOTE, "role") == "status"


def test_a_hidden_tab_lets_its_stream_go_and_catches_up_once_it_is_seen(list_of_leos_tasks, house):
    tab = list_of_leos_tasks
    show_as = """hidden => {
        Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
    }"""
    house.do_task("Leo")
    wait_for_note(tab, "1 new event")

    with tab.expect_event("requestfailed", lambda request: request.resource_type == "eventsource"):
        tab.evaluate(show_as, True)
    house.do_task("Leo")
    assert tab.inner_text(NOTE) == "1 new event"

    tab.evaluate(show_as, False)
    wait_for_note(tab, "2 new events")


def test_a_list_of_the_past_does_not_listen(tab):
    tab.goto(f"{TRAIL}?child=leo&to=2026-05-13")

    assert tab.locator("#live").count() == 0
    assert cells(tab, "child")[0] == "Leo"
