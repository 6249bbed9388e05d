"""Where the admin site shows the trail: the one place that makes these addresses."""

from datetime import date

from django.urls import reverse

LIST = "admin:tracking_trackingevent_changelist"


def event_page(event_id: int) -> str:
    return reverse("admin:tracking_trackingevent_change", args=[event_id])


def trail_of_child(child_id: int) -> str:
    return reverse(LIST, query={"child": child_id})


def trail_of_day(day: date) -> str:
    return reverse(LIST, query={"from": day.isoformat(), "to": day.isoformat()})
