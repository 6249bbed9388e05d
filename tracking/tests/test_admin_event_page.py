"""The page of an event links what stands around it in the trail of its child."""

import re

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from children import clock
from children.services.activations import activate, cancel_activation
from children.services.children import remove_child
from children.tests.factories import earn, make_user
from rewards.services.requests import redeem_reward
from tracking.admin import neighbours
from tracking.models import TrackingEvent
from tracking.tests.aging import change_by_hand, live, noon, purge
from tracking.tests.factories import make_event, make_verification

MISSING = "It is missing."


@pytest.fixture
def life(child, sibling, task, penalty, parent):
    """Thirteen acts of the child, of each kind, and each undoing days after what it undoes."""
    return live(child, sibling, task, penalty, parent)


def event(child, sequence):
    return TrackingEvent.objects.get(child_id=child.pk, sequence=sequence)


def page(site, event):
    return site.get(reverse("admin:tracking_trackingevent_change", args=[event.pk])).text


def rows(site, event):
    """Return what stands around it: by label the address of a link and the text, without tags."""
    body = page(site, event).partition("<fieldset")[0].partition("<tbody>")[2]
    found = {}
    for row in re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL):
        (label,) = re.findall(r'<th scope="row">(.*?)</th>', row)
        link = re.search(r'href="(.*?)"', row)
        text = re.sub(r"<[^>]+>", " ", row.partition("</th>")[2])
        found[label] = (link and link[1], " ".join(text.split()))
    return found


def around(site, child, sequence):
    """Return by label which of the child's sequences is linked, or the text where none is."""
    numbers = {
        reverse("admin:tracking_trackingevent_change", args=[each.pk]): each.sequence
        for each in TrackingEvent.objects.filter(child_id=child.pk)
    }
    return {label: numbers.get(link, text) for label, (link, text) in rows(site, event(child, sequence)).items()}


def test_each_links_the_one_before_the_one_after_and_what_it_undoes_or_was_undone_by(site, life, child):
    assert [around(site, child, sequence) for sequence in range(1, 14)] == [
        {"After": 2, "Undone by": 10},
        {"Before": 1, "After": 3, "Undone by": 8},
        {"Before": 2, "After": 4},
        {"Before": 3, "After": 5, "Undone by": 11},
        {"Before": 4, "After": 6, "Undone by": 9},
        {"Before": 5, "After": 7},
        {"Before": 6, "After": 8},
        {"Before": 7, "After": 9, "Undoes": 2},
        {"Before": 8, "After": 10, "Undoes": 5},
        {"Before": 9, "After": 11, "Undoes": 1},
        {"Before": 10, "After": 12, "Undoes": 4},
        {"Before": 11, "After": 13},
        {"Before": 12},
    ]


def test_each_is_told_with_its_moment(site, life, child):
    _, text = rows(site, event(child, 1))["After"]

    assert text == "2026-03-03 12:00:00 parent took 4 points from Ada for the penalty Shouting : 10 → 6 ."


def test_the_only_event_of_a_child_has_nothing_around_it(site, task, child):
    activate(entity=task, child=child, by=None)

    assert "Around it" not in page(site, event(child, 1))


def test_what_was_purged_is_not_missing(site, life, child):
    purge(noon(6))
    assert around(site, child, 9) == {"Before": 8, "After": 10, "Undoes": "It was purged."}

    purge(noon(9))
    assert around(site, child, 9) == {"Before": "It was purged.", "After": 10, "Undoes": "It was purged."}
    assert around(site, child, 10) == {"Before": 9, "After": 11, "Undoes": "It was purged."}


@pytest.mark.parametrize(
    ("gone", "sequence", "label"),
    [(6, 7, "Before"), (6, 5, "After"), (13, 12, "After"), (2, 8, "Undoes"), (8, 2, "Undone by"), (9, 5, "Undone by")],
)
def test_what_is_missing_is_named(site, life, child, gone, sequence, label):
    change_by_hand(f"DELETE FROM tracking_trackingevent WHERE child_id = {child.pk} AND sequence = {gone}")

    assert around(site, child, sequence)[label] == MISSING


def test_where_something_is_missing_the_last_report_is_linked_for_who_may_read_it(site, client, life, child):
    make_verification()
    last = make_verification("gap: one")
    change_by_hand(f"DELETE FROM tracking_trackingevent WHERE child_id = {child.pk} AND sequence = 6")
    report = reverse("admin:tracking_verification_change", args=[last.pk])

    assert rows(site, event(child, 7))["Before"] == (report, f"{MISSING} The last report on the trail")

    auditor = make_user("auditor", is_staff=True)
    auditor.user_permissions.set(Permission.objects.filter(codename="view_trackingevent"))
    client.force_login(auditor)
    assert rows(client, event(child, 7))["Before"] == (None, MISSING)


def test_another_childs_event_is_no_neighbour(site, life, sibling):
    make_event(child_id=2**40, sequence=2)

    assert around(site, sibling, 1) == {}


@pytest.mark.parametrize("cancels", [1, 0, -1, 2, 3, 2**70, "1", [1], True, None, 1.0])
def test_what_cannot_be_undone_by_it_is_not_said_to_be(site, cancels):
    make_event(sequence=1)
    last = make_event(sequence=2, action="cancelled", metadata={"cancels": cancels})

    assert ("Undoes" in rows(site, last)) is (cancels == 1 and type(cancels) is int)


@pytest.mark.parametrize("request_id", [None, 0, -1, 2**70, "1", [1], {}])
def test_a_redemption_of_no_request_has_a_page(site, request_id):
    redeemed = make_event(entity_type="reward", action="redeemed", metadata={"request_id": request_id})

    assert rows(site, redeemed) == {}


def test_what_was_given_and_kept_was_not_undone(site, child, reward, parent):
    earn(child, reward.cost)
    redeem_reward(reward=reward, child=child, by=parent)

    assert around(site, child, 2) == {"Before": 1}


def test_the_largest_sequence_has_a_page(site):
    assert rows(site, make_event(sequence=2**63 - 1)) == {"Before": (None, MISSING)}


def test_another_act_at_that_moment_did_not_undo_it(site, life, child):
    change_by_hand(f"UPDATE tracking_trackingevent SET metadata = NULL WHERE child_id = {child.pk} AND sequence = 10")

    assert around(site, child, 1)["Undone by"] == MISSING


def test_another_childs_act_at_that_moment_did_not_undo_it(site, child, task, parent):
    make_event(child_id=2**40, occurred_at=noon(2))
    with clock.pretend(noon(1)):
        activation = activate(entity=task, child=child, by=parent)
    with clock.pretend(noon(2)):
        cancel_activation(activation=activation, by=parent)

    assert around(site, child, 1) == {"After": 2, "Undone by": 2}


@pytest.mark.parametrize("sequence", [1, 2, 5, 9, 11, 13])
def test_it_takes_few_queries(site, life, child, sequence, django_assert_max_num_queries):
    opened = event(child, sequence)

    with django_assert_max_num_queries(12):  # 5 for the page itself: session, user, event, its user, its child
        page(site, opened)


def test_the_moment_is_told_in_the_sites_time_zone(site, settings, life, child):
    settings.TIME_ZONE = "Asia/Kolkata"

    shown = page(site, event(child, 1))

    assert ">March 2, 2026, 17:30:00</time> (Asia/Kolkata)" in shown
    assert 'datetime="2026-03-02T17:30:00+05:30"' in shown


def test_the_whole_trail_of_the_child_is_linked_also_when_it_is_removed(site, life, child):
    remove_child(child=child, by=None)

    assert f'href="/admin/tracking/trackingevent/?child={child.pk}"' in page(site, event(child, 1))
    assert len(site.get(f"/admin/tracking/trackingevent/?child={child.pk}").context["cl"].result_list) == 14


def test_what_comes_while_the_page_is_made_is_not_missing(site, child, task, monkeypatch):
    activate(entity=task, child=child, by=None)
    asked = neighbours._purged

    def act_meanwhile(child_id):
        activate(entity=task, child=child, by=None)
        return asked(child_id)

    monkeypatch.setattr(neighbours, "_purged", act_meanwhile)

    assert "It is missing" not in page(site, TrackingEvent.objects.get(sequence=1))
