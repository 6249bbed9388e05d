"""The front page of the admin site tells how the trail is."""

import re

from django.contrib.auth.models import Permission
from django.core.management import call_command

from children.services.activations import activate
from children.tests.factories import make_user
from tracking.models import Verification
from tracking.tests.factories import make_verification


def told(site):
    """Return the sentence, without tags."""
    (paragraph,) = re.findall(r'<p class="trail-health">(.*?)</p>', site.get("/admin/").text, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", paragraph).split())


def test_a_trail_that_nobody_verified(site):
    assert told(site) == "The trail was not verified yet: manage.py verify_tracking does."


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


def test_who_may_read_the_trail_is_told_and_nobody_else(client, db):
    make_verification()
    auditor = make_user("auditor", is_staff=True)
    auditor.user_permissions.set(Permission.objects.filter(codename="view_trackingevent"))

    client.force_login(auditor)
    assert "the trail is clean" in told(client)
    assert "Report" not in told(client)

    client.force_login(make_user("helper", is_staff=True))
    assert "trail-health" not in client.get("/admin/").text
