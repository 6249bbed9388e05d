"""What `verify_tracking` says of a trail whose oldest events were purged: it goes on from what is kept of them."""

from collections import Counter
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from children.models import Activation, Child
from children.services.activations import activate
from children.tests.factories import earn
from rewards.models import RewardRequest
from rewards.services.requests import redeem_reward, refund_request
from tracking.models import Purge, TrackingEvent, UnrecordedEvent
from tracking.tests.aging import DAYS, change_by_hand, live, noon, purge
from tracking.tests.test_economy import SETTINGS, Families
from tracking.verification.verify import Tally, verify


@pytest.fixture
def life(child, sibling, task, penalty, parent):
    return live(child, sibling, task, penalty, parent)


def findings(family=None):
    return [(each.check, each.sequence) for each in verify(Tally(), family_id=family and family.pk)]


def details(check):
    return [each.detail for each in verify(Tally()) if each.check == check]


def gone(child, first, last):
    change_by_hand(
        "DELETE FROM tracking_trackingevent WHERE child_id = %s AND sequence BETWEEN %s AND %s", child.pk, first, last
    )


def tamper(**values):
    Purge.objects.update(**values)


# Clean


@pytest.mark.parametrize("day", [*DAYS, 14, 15])
def test_wherever_the_trail_begins_it_is_clean(life, day):
    purge(noon(day))

    assert findings() == []


def test_day_after_day_it_is_clean(life, child, task, parent):
    for day in (*DAYS, 14, 15):
        purge(noon(day))
        assert findings() == []

    activate(entity=task, child=child, by=parent)

    assert findings() == []


def test_events_that_are_left_are_counted(life, capsys):
    purge(noon(5))
    capsys.readouterr()

    call_command("verify_tracking")

    assert capsys.readouterr().out == "Clean: 2 children, 10 events. 4 were purged.\n"


def test_rewards_given_without_being_asked_and_refunded_are_clean(child, reward, parent):
    """No row says of them when they were given."""
    earn(child, 50)
    for _ in range(2):
        given, _ = redeem_reward(reward=reward, child=child, by=parent)
        refund_request(request=given, by=parent)
    moments = list(TrackingEvent.objects.order_by("sequence").values_list("occurred_at", flat=True))

    for moment in moments:
        purge(moment + timedelta(microseconds=1))
        assert findings() == []


class PurgedFamilies(Families):
    """Random lives, whose trail is then cut shorter and shorter."""

    def teardown(self) -> None:
        try:
            if self.stage.is_sound:
                self.cut_shorter_and_shorter()
        finally:
            self.stage.clear()

    def cut_shorter_and_shorter(self):
        moments = sorted(event.occurred_at for event in self.stage.economy.events)
        for cutoff in [*moments[:: len(moments) // 7], moments[-1] + timedelta(days=1)]:
            purge(cutoff)
            assert not TrackingEvent.objects.filter(occurred_at__lt=cutoff).exists()
            assert findings() == []


@pytest.mark.django_db
def test_whatever_families_did_the_rest_of_it_is_clean():
    PurgedFamilies.seen = Counter()

    run_state_machine_as_test(PurgedFamilies, settings=settings(SETTINGS, max_examples=3))


# Missing


@pytest.mark.parametrize(("first", "last"), [(1, 1), (2, 3), (4, 4)])
def test_a_gap_in_what_was_purged_stays_named_for_ever(life, child, family, first, last):
    gone(child, first, last)
    purge(noon(6))

    assert findings() == findings(family) == [("gap", 1)]
    assert details("gap") == [f"of 5 events that were purged, {last - first + 1} were missing"]
    purge(noon(9))
    assert findings() == [("gap", 1)]


def test_an_event_missing_right_after_what_was_purged_is_named_with_its_act(life, child):
    purge(noon(5))
    gone(child, 5, 6)

    assert findings() == [("gap", 5)]
    (detail,) = details("gap")
    assert "redeemed" in detail
    assert "requested" in detail


@pytest.mark.parametrize("sequence", range(6, 14))
def test_an_event_missing_later_is_named(life, child, sequence):
    purge(noon(5))
    gone(child, sequence, sequence)

    assert findings() == [("gap", sequence)]


def test_points_that_no_event_gave_do_not_hide_in_a_gap_after_the_purge(life, child):
    purge(noon(5))
    gone(child, 5, 5)
    change_by_hand(
        "UPDATE tracking_trackingevent SET points_before = points_before + 480, points_after = points_after + 480 "
        "WHERE child_id = %s AND sequence > 5",
        child.pk,
    )
    change_by_hand("UPDATE children_child SET points = points + 480 WHERE id = %s", child.pk)

    assert findings() == [("points", 5), ("gap", 5)]


def test_points_that_moved_without_an_act_do_not_hide_in_what_was_purged(life, child):
    change_by_hand(
        "UPDATE tracking_trackingevent SET points_before = points_before + 480, points_after = points_after + 480 "
        "WHERE child_id = %s AND sequence > 2",
        child.pk,
    )
    change_by_hand("UPDATE children_child SET points = points + 480 WHERE id = %s", child.pk)
    purge(noon(7))

    assert findings() == [("points", 1)]


# What is there and should not be


@pytest.mark.parametrize("sequence", [1, 4])
def test_an_event_that_was_purged_and_is_there_is_named(life, child, family, sequence):
    event = TrackingEvent.objects.get(child_id=child.pk, sequence=sequence)
    purge(noon(5))
    event._state.adding = True
    event.save()

    assert findings() == findings(family) == [("leftover", sequence)]
    assert details("leftover") == ["it was purged, and is there"]


def test_an_event_that_was_purged_and_waits_is_named(life, child):
    event = TrackingEvent.objects.get(child_id=child.pk, sequence=2)
    purge(noon(5))
    UnrecordedEvent.objects.create(
        child_id=child.pk, sequence=2, event={**event.to_dict(), "id": None}, error="", created_at=event.created_at
    )

    assert findings() == [("leftover", 2)]


def test_an_event_that_waits_right_after_what_was_purged_is_not_lost(life, child):
    event = TrackingEvent.objects.get(child_id=child.pk, sequence=5)
    gone(child, 5, 5)
    purge(noon(5))
    UnrecordedEvent.objects.create(
        child_id=child.pk, sequence=5, event={**event.to_dict(), "id": None}, error="", created_at=event.created_at
    )

    tally = Tally()
    assert [each.check for each in verify(tally)] == ["unrecorded"]
    assert tally.events == 9  # recorded


# Acts


def test_an_act_changed_by_hand_is_named_where_its_event_is_left(life):
    purge(noon(5))
    Activation.objects.filter(pk=life["again"].pk).update(delta=11)

    assert findings() == [("differs", 12)]


def test_the_acts_of_what_was_purged_must_have_led_there(life):
    purge(noon(8))
    Activation.objects.filter(pk=life["done"].pk).update(delta=11)

    assert findings() == [("points", 1)]


def test_an_act_that_is_gone_is_named(life):
    purge(noon(99))
    Activation.objects.filter(pk=life["again"].pk)._raw_delete("default")

    assert findings() == [("no_act", 1)]
    assert details("no_act") == ["of 13 events that were purged, the acts of 1 are not known"]


def test_an_act_made_up_in_what_was_purged_is_named(life, child):
    purge(noon(99))
    Activation.objects.filter(pk=life["again"].pk).update(cancelled_at=noon(12) + timedelta(hours=1))

    assert findings() == [("no_event", 1)]


def test_acts_that_share_their_moment_are_named(life):
    purge(noon(99))
    RewardRequest.objects.filter(pk=life["open"].pk).update(requested_at=noon(10))

    assert ("no_event", None) in findings()


# What is kept of them, changed by hand


def test_a_record_that_was_removed_is_named(life, child):
    purge(noon(5))
    Purge.objects.all().delete()

    assert findings() == [("gap", 1)]


@pytest.mark.parametrize("day", [5, 6, 9, 10, 12, 99])
@pytest.mark.parametrize("change", [-7, -1, +1, +480])
def test_other_points_are_named(life, day, change):
    purge(noon(day))
    for kept in Purge.objects.all():
        tamper(points_after=kept.points_after + change)

    assert findings()


@pytest.mark.parametrize("day", [*DAYS[1:], 99])
@pytest.mark.parametrize("change", [-1, +1, +5])
def test_another_sequence_is_named(life, child, day, change):
    purge(noon(day))
    kept = Purge.objects.get(child_id=child.pk)
    if kept.sequence + change > 0:
        sequence = kept.sequence + change
        Purge.objects.filter(pk=kept.pk).update(sequence=sequence, events=sequence)

        assert findings()


@pytest.mark.parametrize("day", [2, 3, 4, *range(7, 15), 99])
@pytest.mark.parametrize("change", [timedelta(hours=-1), timedelta(hours=1), timedelta(days=-1), timedelta(days=1)])
def test_another_moment_is_named(life, child, day, change):
    """But where it was redeeming what has been refunded since: no row says when that was."""
    purge(noon(day))
    kept = Purge.objects.get(child_id=child.pk)
    Purge.objects.filter(pk=kept.pk).update(occurred_at=kept.occurred_at + change)

    assert findings()


def test_another_count_is_named(life, child):
    purge(noon(5))
    tamper(events=3)

    assert findings() == [("gap", 1)]


def test_another_family_is_named(life, strangers_family):
    purge(noon(5))
    tamper(family_id=strangers_family.pk)

    assert findings() == [("continuity", 1)]


def test_another_child_is_named(life, child, family):
    purge(noon(5))
    tamper(child_id=999_999)

    assert findings() == findings(family) == [("no_act", None), ("gap", 1)]


def test_a_record_made_up_for_a_child_without_acts_is_named(life, family):
    idle = Child.objects.create(family=family, name="Idle")
    Purge.objects.create(
        child_id=idle.pk, family_id=family.pk, sequence=1, points_after=0, occurred_at=noon(1), events=1
    )

    assert ("sequence", 1) in findings()


def test_events_that_were_purged_of_no_child_are_named(life, family, strangers_family):
    Purge.objects.create(child_id=999, family_id=family.pk, sequence=2, points_after=0, occurred_at=noon(1), events=2)

    assert findings() == findings(family) == [("no_act", None)]
    assert findings(strangers_family) == []


# What the database refuses


@pytest.mark.parametrize("values", [{"events": 0}, {"events": 5}, {"sequence": 0}])
def test_no_more_events_than_numbers_and_at_least_one(life, values):
    purge(noon(5))

    with pytest.raises(IntegrityError, match="purge_of_as_many_events_as_numbers"), transaction.atomic():
        tamper(**values)


def test_one_record_per_child(life, family):
    purge(noon(5))
    kept = Purge.objects.get()
    kept.pk = None

    with pytest.raises(IntegrityError), transaction.atomic():
        kept.save()
