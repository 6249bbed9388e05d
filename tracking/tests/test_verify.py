"""What `verify_tracking` names: each way in which a trail can be wrong, made by hand, past the services and the guards."""

import io
import json
import sys
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from children import clock, guards
from children.locks import lock_family
from children.models import Activation, Child, Family
from children.services.accounts import delete_user
from children.services.activations import activate, cancel_activation
from children.services.children import remove_child
from children.services.families import edit_family
from children.tests.factories import earn
from rewards.models import RewardRequest
from rewards.services.requests import cancel_request, redeem_request, redeem_reward, refund_request, request_reward
from rewards.services.rewards import archive_reward
from rewards.tests.factories import make_reward
from tracking.models import TrackingEvent, UnrecordedEvent, Verification
from tracking.tests.factories import build_event
from tracking.tests.racing import holding, race
from tracking.verification import ledger
from tracking.verification.snapshot import snapshot
from tracking.verification.verify import Tally, verify


def run(sql, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)


@pytest.fixture
def by_hand(db):
    """A function that changes what the guards would not let anybody change."""

    def change(sql, *parameters):
        guards.lift(connection)
        run(sql, *parameters)
        guards.install(connection)

    return change


def findings(family=None):
    return [(each.check, each.sequence) for each in verify(Tally(), family_id=family and family.pk)]


def details(check):
    return [each.detail for each in verify(Tally()) if each.check == check]


@pytest.fixture
def life(family, child, sibling, child_user, parent, task, penalty):
    """A child's first twelve acts, one of each kind, and a sibling's first. Returns the activations and requests by name."""
    paid = make_reward(family, cost=1, name="Paid")
    done = activate(entity=task, child=child, by=parent)  # 1
    activate(entity=penalty, child=child, by=parent)  # 2
    wrong = cancel_activation(activation=activate(entity=task, child=child, by=parent), by=parent)  # 3, 4
    asked, _ = request_reward(reward=paid, child=child, by=child_user)  # 5
    redeem_request(request=asked, by=parent)  # 6
    given, _ = redeem_reward(reward=paid, child=child, by=parent)  # 7
    refund_request(request=given, by=parent)  # 8
    denied, _ = request_reward(reward=paid, child=child, by=child_user)  # 9
    cancel_request(request=denied, by=parent)  # 10
    open_, _ = request_reward(reward=paid, child=child, by=child_user)  # 11
    activate(entity=task, child=child, by=parent)  # 12
    activate(entity=task, child=sibling, by=parent)
    child.refresh_from_db()
    return {"done": done, "wrong": wrong, "asked": asked, "given": given, "denied": denied, "open": open_}


def test_a_life_is_clean(life, capsys):
    call_command("verify_tracking")

    assert capsys.readouterr().out == "Clean: 2 children, 13 events.\n"


def test_nothing_is_clean(db):
    assert findings() == []


def test_what_was_removed_archived_and_forgotten_is_clean(life, family, child, sibling, parent, other_parent):
    archive_reward(reward=life["open"].reward, by=parent)
    refund_request(request=life["asked"], by=other_parent)
    remove_child(child=child, by=parent)
    delete_user(user=other_parent, by=parent)
    assert findings() == []

    delete_user(user=parent, by=parent)

    assert findings() == []


def test_undone_down_to_the_floor_is_clean(family, parent, child, task, penalty):
    edit_family(family=family, by=parent, floor_at_zero=True)
    activation = activate(entity=task, child=child, by=parent)
    activate(entity=penalty, child=child, by=parent)

    cancel_activation(activation=activation, by=parent)

    assert TrackingEvent.objects.newest_first()[0].delta == -6
    assert findings() == []


# Events


@pytest.mark.parametrize("sequence", range(1, 13))
def test_an_event_that_is_gone_is_the_one_that_is_named(life, by_hand, child, sequence):
    event = TrackingEvent.objects.get(child_id=child.pk, sequence=sequence)

    by_hand("DELETE FROM tracking_trackingevent WHERE id = %s", event.pk)

    (finding,) = verify(Tally())
    reference = event.metadata.get("activation_id") or event.metadata["request_id"]
    assert (finding.check, finding.child_id, finding.sequence) == ("gap", child.pk, sequence)
    assert f"{reference} {event.action}" in finding.detail


def test_what_is_missing_in_a_row_is_one_gap(life, by_hand, child):
    by_hand("DELETE FROM tracking_trackingevent WHERE child_id = %s AND sequence BETWEEN 2 AND 4", child.pk)

    (finding,) = verify(Tally())
    assert (finding.check, finding.sequence, finding.last_sequence) == ("gap", 2, 4)
    assert f"child {child.pk}, sequence 2 to 4: missing: " in str(finding)
    (detail,) = details("gap")
    assert detail.startswith("missing: activation ")


def test_all_is_missing(life, by_hand, child):
    by_hand("DELETE FROM tracking_trackingevent WHERE child_id = %s", child.pk)

    assert findings() == [("gap", 1)]


@pytest.mark.parametrize(
    ("column", "value", "checks"),
    [
        ("points_before", "points_before + 1", {("continuity", 2)}),
        ("points_after", "points_after + 1", {("continuity", 2), ("continuity", 3)}),
        ("delta", "delta - 1", {("continuity", 2), ("differs", 2)}),
        ("family_id", "family_id + 1", {("continuity", 2)}),
        ("entity_id", "entity_id + 1000", {("differs", 2)}),
        ("entity_type", "'task'", {("differs", 2)}),
        ("action", "'cancelled'", {("differs", 2)}),
        ("metadata", "NULL", {("differs", 2)}),
    ],
)
def test_an_event_that_was_changed_is_named(life, by_hand, unchecked, child, column, value, checks):
    by_hand(f"UPDATE tracking_trackingevent SET {column} = {value} WHERE child_id = %s AND sequence = 2", child.pk)

    assert set(findings()) == checks


@pytest.fixture
def unchecked(db):
    """The trail's table without its CHECKs, as a careless restore might leave it."""
    if connection.vendor == "sqlite":
        run("PRAGMA ignore_check_constraints = ON")
        yield
        run("PRAGMA ignore_check_constraints = OFF")
    else:
        run("SET CONSTRAINTS ALL IMMEDIATE")  # a table with deferred checks under way is not altered
        for name in ("event_delta_adds_up", "event_legal_pair"):
            run(f"ALTER TABLE tracking_trackingevent DROP CONSTRAINT {name}")
        yield


def test_an_event_that_was_moved_in_time_is_named(life, by_hand, child, family):
    earlier = TrackingEvent.objects.get(child_id=child.pk, sequence=4).occurred_at

    by_hand(
        "UPDATE tracking_trackingevent SET occurred_at = %s WHERE child_id = %s AND sequence = 5",
        earlier - timedelta(days=1),
        child.pk,
    )

    assert ("continuity", 5) in findings()
    assert ("no_act", 5) in findings()


def test_an_event_that_is_later_than_its_family_knows(life, child, family):
    Family.objects.filter(pk=family.pk).update(last_act_at=clock.now() - timedelta(days=1))

    assert set(findings()) == {("continuity", 12), ("continuity", 1)}


def test_an_event_without_an_act(life, child, family):
    last = TrackingEvent.objects.get(child_id=child.pk, sequence=12)
    build_event(
        family_id=family.pk,
        child_id=child.pk,
        sequence=13,
        points_before=last.points_after,
        points_after=last.points_after + 10,
        occurred_at=Family.objects.get(pk=family.pk).last_act_at,
        metadata=None,
    ).save()

    assert set(findings()) >= {("sequence", 13), ("no_act", 13)}


def test_events_of_a_child_that_there_never_was(life, family):
    for sequence in (1, 2):
        build_event(family_id=family.pk, child_id=999_999, sequence=sequence).save()

    assert findings() == findings(family) == [("no_act", 1)]
    assert details("no_act") == ["2 events of no child"]


# Balances


def test_points_that_no_event_gave(life, by_hand, child):
    by_hand("UPDATE children_child SET points = points + 5 WHERE id = %s", child.pk)

    assert findings() == [("points", None)]
    assert details("points") == [f"the child has {child.points + 5}, its trail says {child.points}"]


def test_points_without_a_sequence(life, family):
    Child.objects.create(family=family, name="Rich", points=50)

    assert findings() == [("points", None)]


def test_a_sequence_without_points(life, family):
    Child.objects.create(family=family, name="Odd", sequence=2)

    assert findings() == [("gap", 1)]


def test_reserved_points_that_no_request_holds(life, by_hand, child):
    by_hand("UPDATE children_child SET reserved = reserved + 1 WHERE id = %s", child.pk)

    assert findings() == [("reserved", None)]


# Acts


@pytest.mark.parametrize(
    ("name", "values", "checks"),
    [
        ("done", {"cancelled_at": True}, {("no_event", None)}),
        ("done", {"delta": 11}, {("differs", 1)}),
        ("done", {"points": 77}, {("differs", 1)}),
        ("done", {"by": None}, {("differs", 1)}),
        ("asked", {"by": None}, {("differs", 5)}),
        ("denied", {"cost": 7}, {("differs", 9), ("differs", 10)}),
        ("done", {"entity_id": 1_000_000}, {("differs", 1)}),
        ("done", {"sequence": 1_000}, {("no_act", 1), ("no_event", 1_000)}),
        ("wrong", {"cancelled_at": None}, {("no_act", 4)}),
        ("asked", {"status": "cancelled"}, {("differs", 6)}),
        ("asked", {"status": "refunded"}, {("no_event", None)}),
        ("asked", {"cost": 7}, {("differs", 5), ("differs", 6)}),
        ("given", {"status": "redeemed"}, {("no_act", 8), ("differs", 7)}),
        ("denied", {"status": "redeemed", "sequence": 10}, {("differs", 10)}),
        ("open", {"status": "cancelled", "settled_at": True}, {("no_event", None), ("reserved", None)}),
    ],
)
def test_an_act_that_was_changed_by_hand_is_named(life, name, values, checks):
    row = life[name]
    moments = {key: clock.now() for key, value in values.items() if value is True}

    type(row).objects.filter(pk=row.pk).update(**{**values, **moments})

    assert set(findings()) == checks


def test_an_act_that_shares_the_moment_of_another_is_named(life):
    """Their one event tells of one of them."""
    type(life["done"]).objects.filter(pk=life["done"].pk).update(cancelled_at=life["wrong"].cancelled_at)

    assert ("no_event", None) in findings()


def test_an_act_that_shares_the_number_of_another_is_named(life, child, task):
    """A request's: two activations the database refuses."""
    Activation.objects.create(
        kind="task", entity_id=task.pk, child=child, points=10, delta=10, sequence=6, occurred_at=clock.now()
    )

    assert ("no_event", 6) in findings()


def test_a_request_made_up_at_the_moment_of_a_gift_is_named(child, family, reward, parent):
    earn(child, 20)
    given, _ = redeem_reward(reward=reward, child=child, by=parent)
    refund_request(request=given, by=parent)
    other = make_reward(family, cost=1)
    RewardRequest.objects.create(child=child, reward=other, cost=1, requested_at=given.requested_at)
    RewardRequest.objects.filter(pk=given.pk).update(requested_at=clock.now())

    assert findings().count(("no_event", None)) == 2


def test_more_acts_than_numbers_are_missing_is_named(life, by_hand, child, task, parent):
    last = TrackingEvent.objects.get(child_id=child.pk, sequence=12)
    by_hand("DELETE FROM tracking_trackingevent WHERE id = %s", last.pk)
    Activation.objects.filter(pk=life["done"].pk).update(cancelled_at=last.occurred_at + timedelta(seconds=1))

    assert findings() == [("no_event", 12), ("gap", 12)]


def test_a_reward_given_and_refunded_is_one_act_where_its_event_is_lost(life, by_hand, child):
    by_hand("DELETE FROM tracking_trackingevent WHERE child_id = %s AND sequence = 7", child.pk)

    (detail,) = details("gap")
    assert detail == f"missing: request {life['given'].pk} redeemed"


@pytest.mark.parametrize("metadata", ["[1]", '"text"', "7"])
def test_metadata_that_is_no_object_is_named(life, by_hand, child, metadata):
    by_hand("UPDATE tracking_trackingevent SET metadata = %s WHERE child_id = %s AND sequence = 2", metadata, child.pk)

    assert findings() == [("differs", 2)]


@pytest.mark.parametrize("sequence", [2, 4, 5, 6, 8, 10])
@pytest.mark.parametrize(
    "change",
    [
        {"note": "Ada was sad"},
        {"user_id": 7},
        {"reason": "Ada said so"},
        {"entity_name": ""},
        {"entity_name": 5},
        {"entity_name": None},
        {"cancels": 999},
        {"cancels": True},
        {"activation_id": True},
        {"request_id": 999},
        {"points": 999},
        {"cost": True},
    ],
    ids=str,
)
def test_metadata_holds_what_it_must_and_nothing_else(life, by_hand, child, sequence, change):
    event = TrackingEvent.objects.get(child_id=child.pk, sequence=sequence)
    altered = json.dumps({**event.metadata, **change})
    by_hand("UPDATE tracking_trackingevent SET metadata = %s WHERE id = %s", altered, event.pk)

    assert findings() == [("differs", sequence)]


@pytest.mark.parametrize("sequence", [4, 8, 10])
def test_a_cancellation_gives_its_reason(life, by_hand, child, sequence):
    event = TrackingEvent.objects.get(child_id=child.pk, sequence=sequence)
    silent = json.dumps({name: value for name, value in event.metadata.items() if name != "reason"})
    by_hand("UPDATE tracking_trackingevent SET metadata = %s WHERE id = %s", silent, event.pk)

    assert findings() == [("differs", sequence)]


def test_the_system_is_nobody(life, by_hand, child):
    by_hand(
        "UPDATE tracking_trackingevent SET actor_role = 'system' WHERE child_id = %s AND sequence IN (1, 10)", child.pk
    )

    assert findings() == [("differs", 1), ("differs", 10)]


def test_an_undone_penalty_gives_back_all_of_it(by_hand, unchecked, child, penalty, parent):
    cancel_activation(activation=activate(entity=penalty, child=child, by=parent), by=parent)
    by_hand("UPDATE tracking_trackingevent SET delta = 1, points_after = -3 WHERE sequence = 2")
    by_hand("UPDATE children_child SET points = -3 WHERE id = %s", child.pk)

    assert findings() == [("differs", 2)]


def test_who_gave_a_reward_without_being_asked(child, reward, parent):
    earn(child, 20)
    given, _ = redeem_reward(reward=reward, child=child, by=parent)

    type(given).objects.filter(pk=given.pk).update(by=None)

    assert findings() == [("differs", 2)]


def test_the_first_event_begins_at_zero(life, by_hand, child):
    by_hand(
        "UPDATE tracking_trackingevent SET points_before = 1, delta = 9 WHERE child_id = %s AND sequence = 1", child.pk
    )

    assert findings() == [("continuity", 1), ("differs", 1)]


@pytest.mark.parametrize("gone", [(12,), (6,), (3, 4), (11, 12)])
def test_points_that_no_event_gave_do_not_hide_in_a_gap(life, by_hand, child, gone):
    """What is missing is named for ever: what came with it must not be covered by that."""
    first, last = gone[0], gone[-1]
    by_hand(
        "DELETE FROM tracking_trackingevent WHERE child_id = %s AND sequence BETWEEN %s AND %s", child.pk, first, last
    )
    by_hand(
        "UPDATE tracking_trackingevent SET points_before = points_before + 480, points_after = points_after + 480 "
        "WHERE child_id = %s AND sequence > %s",
        child.pk,
        last,
    )
    by_hand("UPDATE children_child SET points = points + 480 WHERE id = %s", child.pk)

    assert findings() == [("points", first), ("gap", first)]


def test_a_long_gap_names_the_first_acts(life, by_hand, child, monkeypatch):
    monkeypatch.setattr(ledger, "NAMED", 2)
    by_hand("DELETE FROM tracking_trackingevent WHERE child_id = %s", child.pk)

    (detail,) = details("gap")
    assert detail.endswith(" and 10 more")


def test_whatever_is_quoted_is_one_line_of_ascii(life, by_hand, child, capsys):
    by_hand(
        "UPDATE tracking_trackingevent SET metadata = %s WHERE child_id = %s AND sequence = 2",
        json.dumps({"points": "4\n\x1b[31m\u2028ü", "activation_id": 2}),
        child.pk,
    )

    with pytest.raises(CommandError):
        call_command("verify_tracking")

    (line,) = capsys.readouterr().out.splitlines()
    assert line.isascii()
    assert line.isprintable()


# Leftovers and guards


def test_what_waits_is_named_and_not_taken_for_lost(life, by_hand, child):
    event = TrackingEvent.objects.get(child_id=child.pk, sequence=6)
    by_hand("DELETE FROM tracking_trackingevent WHERE child_id = %s AND sequence BETWEEN 6 AND 7", child.pk)
    keep(event)

    assert findings() == [("unrecorded", 6), ("gap", 7)]


def test_what_waits_though_it_is_there_is_named(life, child):
    keep(TrackingEvent.objects.get(child_id=child.pk, sequence=6))

    assert findings() == [("leftover", 6)]


@pytest.mark.parametrize("plain", [{}, [], {"id": 1}, "event"])
def test_what_waits_and_cannot_be_read_is_named(life, child, plain):
    UnrecordedEvent.objects.create(child_id=child.pk, sequence=13, event=plain, error="", created_at=clock.now())

    assert findings() == [("leftover", 13)]


def test_what_waits_under_another_number_is_named(life, child):
    keep(TrackingEvent.objects.get(child_id=child.pk, sequence=6), sequence=13)

    assert findings() == [("leftover", 13)]


def test_what_waits_for_no_child_is_named(life):
    keep(build_event(child_id=999_999))

    assert findings() == [("leftover", 1)]


def keep(event, *, sequence=None):
    event.pk = None
    UnrecordedEvent.objects.create(
        child_id=event.child_id,
        sequence=sequence or event.sequence,
        event=event.to_dict(),
        error="",
        created_at=event.created_at,
    )


def test_tombstones_that_are_not_blank_are_named(life, child, sibling, family, parent):
    remove_child(child=sibling, by=parent)
    Child.objects.filter(pk=sibling.pk).update(name="Byron")
    Family.objects.filter(pk=family.pk).update(removed_at=clock.now())

    assert findings() == [("leftover", None), ("leftover", None)]


def test_a_removed_family_that_kept_its_name_is_named(strangers_family):
    Family.objects.filter(pk=strangers_family.pk).update(removed_at=clock.now())

    assert findings() == [("leftover", None)]


def test_a_request_that_nobody_can_settle_is_named(life):
    reward = life["open"].reward
    type(reward).objects.filter(pk=reward.pk).update(archived_at=clock.now())

    assert findings() == [("leftover", None)]


def test_a_guard_that_is_gone_is_named(life, child):
    guards.lift(connection)

    assert {check for check, _ in findings()} == {"guard"}


# The command


@pytest.fixture
def broken(life, by_hand, child):
    by_hand("DELETE FROM tracking_trackingevent WHERE child_id = %s AND sequence IN (2, 7)", child.pk)
    return child


def test_each_finding_is_a_line(broken, family, capsys):
    with pytest.raises(CommandError, match="Findings: 2") as error:
        call_command("verify_tracking")

    lines = capsys.readouterr().out.splitlines()
    assert error.value.returncode == 1
    assert [line.partition(": missing")[0] for line in lines] == [
        f"gap: family {family.pk}, child {broken.pk}, sequence {sequence}" for sequence in (2, 7)
    ]


def test_json(broken, family, capsys):
    with pytest.raises(CommandError):
        call_command("verify_tracking", format="json")

    told = json.loads(capsys.readouterr().out)
    assert (told["clean"], told["children"], told["events"]) == (False, 2, 11)
    first = told["findings"][0]
    assert {**first, "detail": ""} == {
        "check": "gap",
        "detail": "",
        "family_id": family.pk,
        "child_id": broken.pk,
        "sequence": 2,
        "last_sequence": None,
    }


def test_one_family_only(broken, family, strangers_family, strangers_child, strangers_task, stranger, capsys):
    activate(entity=strangers_task, child=strangers_child, by=stranger)

    call_command("verify_tracking", family=strangers_family.pk)

    assert capsys.readouterr().out == "Clean: 1 children, 1 events.\n"
    assert findings(family) == [("gap", 2), ("gap", 7)]
    assert not Verification.objects.exists()


@pytest.mark.parametrize("arguments", [["--family=x"], ["--family=0"], ["--family", str(10**30)], ["--format=xml"]])
def test_bad_usage_is_2(db, arguments):
    with pytest.raises(CommandError) as error:
        call_command("verify_tracking", *arguments)

    assert error.value.returncode == 2 or "invalid" in str(error.value)


def test_the_result_is_kept(broken, monkeypatch):
    monkeypatch.setattr(Verification, "FINDINGS_KEPT", 1)
    with pytest.raises(CommandError):
        call_command("verify_tracking")

    kept = Verification.objects.get()
    assert (kept.children, kept.events, kept.findings, len(kept.first_findings)) == (2, 11, 2, 1)
    assert kept.started_at <= kept.finished_at


def test_the_last_results_are_kept(db, monkeypatch):
    monkeypatch.setattr(Verification, "KEPT", 2)

    for _ in range(3):
        call_command("verify_tracking")

    assert Verification.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_result_that_cannot_be_kept_is_told_all_the_same(life, capsys):
    run("ALTER TABLE tracking_verification RENAME TO away")
    try:
        call_command("verify_tracking")
    finally:
        run("ALTER TABLE away RENAME TO tracking_verification")

    told = capsys.readouterr()
    assert told.out.startswith("Clean")
    assert "could not be kept" in told.err


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(("stderr", "told"), [(Terminal(), "2/2"), (io.StringIO(), "")], ids=["terminal", "pipe"])
def test_a_terminal_sees_how_far_it_is(life, monkeypatch, stderr, told):
    monkeypatch.setattr(sys, "stderr", stderr)

    call_command("verify_tracking")

    assert told in stderr.getvalue() if told else stderr.getvalue() == ""


# Nobody waits, and acts that go on do not disturb it


@pytest.mark.django_db(transaction=True)
def test_it_reads_while_an_act_is_under_way(task, child, parent):
    activate(entity=task, child=child, by=parent)

    with holding(lambda: activate(entity=task, child=child, by=parent)):
        assert findings() == []


@pytest.mark.django_db(transaction=True)
def test_an_act_does_not_wait_for_it_and_it_does_not_see_the_act(task, child, parent):
    activate(entity=task, child=child, by=parent)

    with snapshot():
        before = TrackingEvent.objects.count()
        race(lambda: activate(entity=task, child=child, by=parent))
        meanwhile = TrackingEvent.objects.count()

    assert (before, meanwhile, TrackingEvent.objects.count()) == (1, 1, 2)


@pytest.mark.once
@pytest.mark.django_db(transaction=True)
def test_an_error_that_has_ended_its_moment_is_the_one_that_is_told():
    with pytest.raises(OSError, match="No space"), snapshot():
        connection.cursor().execute("ROLLBACK")  # as SQLite does by itself, on a full disk
        raise OSError("No space left on device")


@pytest.mark.django_db(transaction=True)
def test_it_is_clean_while_four_threads_act(task, reward, child, sibling, parent):
    def act(one):
        for _ in range(15):
            activation = activate(entity=task, child=one, by=parent)
            cancel_activation(activation=activation, by=parent)
            activate(entity=task, child=one, by=parent)
            request_reward(reward=make_reward(one.family, cost=1), child=one, by=parent)

    found = race(lambda: act(child), lambda: act(sibling), *[lambda: [findings() for _ in range(8)] for _ in range(2)])

    assert found[2:] == [[[]] * 8] * 2
    assert findings() == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgresql
def test_it_waits_for_no_lock(task, child, parent, family):
    activate(entity=task, child=child, by=parent)

    with holding(lambda: lock_family(family.pk)):
        assert findings() == []
