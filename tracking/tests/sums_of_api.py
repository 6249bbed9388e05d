"""The API's summaries and exports, held against the trail's own sums."""

import json
from datetime import UTC

from children.models import Child, User
from children.tests.documented import DocumentedClient
from tracking.models import TrackingEvent
from tracking.summary.interval import Interval
from tracking.tests import plain_sums
from tracking.tests.exporting import CSV, JSON_LINES, content_of, rows_of

NETS = ("good", "not_good", "spent")


def hold_api(afterwards, questions):
    for reader in readers(afterwards.lives):
        api = DocumentedClient()
        api.force_authenticate(reader)
        for interval in Interval.values:
            yield from hold_summary(api, reader, interval, afterwards, *questions.of_api(reader, more=False))
        question, rows = questions.of_api(reader, more=True)
        hold_exports(api, (CSV, JSON_LINES), question, rows)
        assert api.get("/api/v1/tracking/events/", question.query).json()["count"] == len(rows)
        yield "rows" if rows else "no events"


def readers(lives):
    """The admin, and of each family a parent and a child."""
    kids = Child.objects.exclude(login=None).order_by("family", "-points")
    logins = {kid.family_id: kid.login_id for kid in kids}.values()
    mothers = [home.mother.pk for home in lives.homes.values()]
    return User.objects.filter(pk__in=[lives.admin.pk, *mothers, *logins]).order_by("pk")


def hold_summary(api, reader, interval, afterwards, question, rows):
    summary = api.get("/api/v1/tracking/summary/", {**question.query, "interval": interval}).json()
    whole = {name: summary[name] for name in NETS}

    assert summary["totals"] == plain_sums.totals(rows)
    assert whole == plain_sums.net(rows)
    assert whole == {name: sum(period[name] for period in summary["series"]) for name in NETS}
    assert summary["balance"] == afterwards.balance(question)
    assert summary["series"] == [
        {
            "start": start.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            **plain_sums.net(within),
            "balance": afterwards.balance(question, then),
        }
        for start, then, within in plain_sums.series(rows, interval, reader.timezone)
    ]
    if question.child_id and rows:
        came_to = whole["good"] - whole["not_good"] - whole["spent"]
        assert came_to == summary["balance"] - rows[0]["points_before"]
    if question.child_id:
        yield "a balance that is not known" if summary["balance"] is None else "a balance"
    if len(summary["series"]) > 1:
        yield interval


def hold_exports(client, urls, question, rows):
    table, lines = (client.get(url, question.query) for url in urls)
    events = TrackingEvent.objects.in_bulk([row["id"] for row in rows])
    cells = rows_of(table)

    assert int(table["X-Total-Count"]) == int(lines["X-Total-Count"]) == len(rows)
    assert [int(row["id"]) for row in cells] == [row["id"] for row in reversed(rows)]
    assert sum(int(row["delta"]) for row in cells) == sum(row["delta"] for row in rows)
    assert [json.loads(line) for line in content_of(lines).splitlines()] == [
        events[row["id"]].to_dict() for row in reversed(rows)
    ]
