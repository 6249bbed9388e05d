import pytest
from django.core.management import CommandError, call_command
from django.db.models import Sum

from children import clock
from children.models import Child, Family, User
from children.tests.factories import make_family
from rewards.models import RewardRequest
from tracking.demo.homes import PASSWORD
from tracking.models import TrackingEvent, UnrecordedEvent
from tracking.models.kinds import LEGAL_ACTIONS


@pytest.fixture
def demo(db, capsys):
    """What the command prints."""
    call_command("demo")
    return capsys.readouterr().out


@pytest.mark.once
def test_two_families_live_for_three_weeks_up_to_now(demo):
    moments = TrackingEvent.objects.order_by("occurred_at").values_list("occurred_at", flat=True)

    assert list(Family.objects.order_by("id").values_list("name", flat=True)) == ["Rivera", "Okafor"]
    assert set(TrackingEvent.objects.values_list("family_id", flat=True)) == set(
        Family.objects.values_list("pk", flat=True)
    )
    assert (moments.last() - moments.first()).days >= 19
    assert moments.last() <= clock.now()


def test_every_act_has_its_event_and_every_balance_adds_up(demo):
    events = TrackingEvent.objects.order_by("sequence")

    for child in Child.objects.all():
        trail = list(events.filter(child_id=child.pk))
        assert [event.sequence for event in trail] == list(range(1, child.sequence + 1))
        assert [event.points_before for event in trail] == [0, *(event.points_after for event in trail[:-1])]
        assert sum(event.delta for event in trail) == child.points
        pending = RewardRequest.objects.pending().filter(child=child).aggregate(cost=Sum("cost", default=0))
        assert pending["cost"] == child.reserved
    assert not UnrecordedEvent.objects.exists()


@pytest.mark.once
def test_everything_that_can_happen_happens(demo):
    pairs = {(entity_type, action) for entity_type, actions in LEGAL_ACTIONS.items() for action in actions}

    assert set(TrackingEvent.objects.values_list("entity_type", "action")) == pairs
    reasons = TrackingEvent.objects.filter(action="cancelled").values_list("metadata__reason", flat=True)
    assert set(reasons) == {"undone", "denied", "withdrawn", "refunded", "entity_removed", "child_removed"}
    assert TrackingEvent.objects.filter(user=None, actor_role="parent").exists()
    assert Child.objects.exclude(removed_at=None).count() == 1
    for family in Family.objects.all():
        assert User.objects.parents_of(family).count() == 2


@pytest.mark.once
def test_its_people_can_log_in(demo, settings):
    for user in User.objects.exclude(family=None):
        assert user.check_password(PASSWORD)
        assert user.username in demo
    assert PASSWORD in demo


@pytest.mark.once
def test_a_second_start_finds_it_and_leaves_it_alone(demo, capsys):
    events = TrackingEvent.objects.count()

    call_command("demo")

    assert "there already" in capsys.readouterr().out
    assert TrackingEvent.objects.count() == events


def test_it_keeps_out_of_a_database_with_families(db):
    make_family()

    with pytest.raises(CommandError, match="There are families"):
        call_command("demo")

    assert Family.objects.count() == 1
