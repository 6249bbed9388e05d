"""The front page of the admin site tells how the trail is."""

import re

from django.contrib.auth.models import Permission
from django.core.management import call_command

from children.services.activations import activate
from children.tests.factories import make_user
from tracking.models import UnrecordedEvent, Verification
from tracking.tests.factories import MOMENT, make_verification


def told(site, name="trail-health"):
    """Return the sentence, without tags."""
    (paragraph,) = re.findall(rf'<p class="{name}" dir="auto">(.*?)</p>', site.get("/admin/").text, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", paragraph).split())


def test_a_trail_that_nobody_verified(site):
    assert told(site) == "The trail was not verified yet: manage.py verify_tracking does it."


def test_a_clean_trail(site, task, child, parent):
    activate(entity=task, child=child, by=parent)
    call_command("verify_tracking")

    assert re.fullmatch(r"As of .*, the trail is clean: 1 event\. Report", told(site))
    report = site.get(f"/admin/tracking/verification/{Verification.objects.get().pk}/change/")
    assert report.status_code == 200


def test_the_last_result_counts(site):
    make_verification()
    last = make_verification("gap: <b>one</b>", "points: another")

    assert told(site) == "As of March 1, 2026, 12:30 p.m., the trail has 2 findings. Report"
    report = site.get(f"/admin/tracking/verification/{last.pk}/change/").text
    assert "gap: &lt;b&gt;one&lt;/b&gt;" in report
    assert "points: another" in report


def wait(child_id=1, sequence=1):
    UnrecordedEvent.objects.create(
        child_id=child_id, sequence=sequence, event={}, error="IntegrityError()", created_at=MOMENT
    )


def test_what_waits_to_be_recorded_is_counted(site):
    assert told(site, "trail-waiting") == "No event waits to be recorded."

    wait()
    text = "1 event waits to be recorded: manage.py replay_tracking does it. Unrecorded events"
    assert told(site, "trail-waiting") == text

    wait(sequence=2)
    text = "2 events wait to be recorded: manage.py replay_tracking does it. Unrecorded events"
    assert told(site, "trail-waiting") == text
    assert 'href="/admin/tracking/unrecordedevent/"' in site.get("/admin/").text


def test_who_may_read_the_trail_is_told_and_nobody_else(client, db):
    make_verification()
    wait()
    auditor = make_user("auditor", is_staff=True)
    auditor.user_permissions.set(Permission.objects.filter(codename="view_trackingevent"))

    client.force_login(auditor)
    assert "the trail is clean" in told(client)
    assert "Report" not in told(client)
    assert told(client, "trail-waiting") == "1 event waits to be recorded: manage.py replay_tracking does it."

    client.force_login(make_user("helper", is_staff=True))
    page = client.get("/admin/").text
    assert "trail-health" not in page
    assert "trail-waiting" not in page
