"""The admin site's sums, charts and exports, held against the trail's own sums."""

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from children import clock
from children.models import Child
from tracking.tests import plain_sums
from tracking.tests.lives import SITE
from tracking.tests.questions import Question
from tracking.tests.sums_of_api import hold_exports

ZONE = ZoneInfo(SITE)
LISTS, DAYS = 6, 90


def hold_site(afterwards, questions):
    site = Client()
    site.force_login(afterwards.lives.admin)
    for _ in range(LISTS):
        yield from hold_list(site, afterwards, *questions.of_list(ZONE))
    yield from hold_child(site, afterwards, questions.draw(*Child.objects.present().order_by("pk")))
    yield from hold_front_page(site, afterwards)


def hold_list(site, afterwards, question, rows):
    response = site.get(reverse("admin:tracking_trackingevent_changelist"), question.query)
    panel = response.context["cl"].panel
    hold_exports(site, [reverse(f"admin:tracking_trackingevent_{form}") for form in ("csv", "jsonl")], question, rows)
    if not rows:
        assert panel is None and sums_in(response) == {}
        yield "list of nothing"
        return

    totals = {
        kind: {action: vars(total) for action, total in actions.items()}
        for kind, actions in panel.summary.totals.items()
    }
    interval, numbers = chart_in(response)
    assert totals == plain_sums.totals(rows)
    assert numbers == [row.value for row in panel.chart.rows]
    if question.child_id is None:
        assert sums_in(response) == sums_of(rows)
        assert numbers == [len(within) for _, _, within in plain_sums.series(rows, interval, ZONE)]
        assert sum(numbers) == len(rows)
    else:
        of_child = [row for row in afterwards.rows if row["child_id"] == question.child_id and question.covers(row)]
        assert sums_in(response) == {**sums_of(rows), "Points at the end": of_child[-1]["points_after"]}
        assert numbers == points_of(afterwards, question, of_child, interval)
        if len(rows) < len(of_child):
            yield "points beside some acts only"
    yield "days" if interval == "day" else "weeks or months"
    yield "list of acts" if question.child_id is None else "list of points"


def hold_child(site, afterwards, kid):
    """Its points at the end of each of the last days, from the first act in them up to today."""
    response = site.get(reverse("admin:children_child_change", args=[kid.pk]))
    today = timezone.localdate(clock.now())
    question = Question(child_id=kid.pk, after=plain_sums.start_of(today - timedelta(days=DAYS - 1), ZONE))
    rows = [row for row in afterwards.rows if row["child_id"] == kid.pk and question.covers(row)]

    interval, numbers = chart_in(response)
    expected = points_of(afterwards, question, rows, "day")
    if rows:
        quiet = (today - rows[-1]["occurred_at"].astimezone(ZONE).date()).days
        assert numbers == expected + [kid.points] * quiet
        assert interval == "day"
        yield "child"
    else:
        assert numbers == []


def hold_front_page(site, afterwards):
    response = site.get(reverse("admin:index"))
    today = plain_sums.start_of(timezone.localdate(clock.now()), ZONE)
    rows = [row for row in afterwards.rows if row["occurred_at"] >= today]

    assert sums_in(response) == (sums_of(rows) if rows else {})
    if rows:
        yield "today"


def points_of(afterwards, question, rows, interval):
    """What stands in the chart of one child's points."""
    if not rows:
        return []
    ends = [afterwards.balance(question, then) for _, then, _ in plain_sums.series(rows, interval, ZONE)]
    return [rows[0]["points_before"], *ends]


def sums_of(rows):
    net = plain_sums.net(rows)
    return {"Acts": len(rows)} | {f"Points: {name.replace('_', ' ')}": points for name, points in net.items()}


def sums_in(response):
    pairs = re.findall(r"<dt>([^<]+)</dt>\s*<dd>(?:<span[^>]*>)?([^<]+)<", response.content.decode())
    return {name: number_in(text) for name, text in pairs}


def chart_in(response):
    """By which intervals, and the numbers of the table below the picture."""
    _, _, table = response.content.decode().partition('<details class="chart-numbers">')
    table, _, _ = table.partition("</details>")
    heads = re.findall(r'<th scope="col">([^<]+)</th>', table)
    return heads and heads[0].lower(), [number_in(text) for text in re.findall(r"<td>([^<]+)</td>", table)]


def number_in(text):
    return int(text.replace(",", ""))
