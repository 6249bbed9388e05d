from datetime import UTC, datetime
from typing import Any

from tracking.models import DaySum, TrackingEvent, Verification

MOMENT = datetime(2026, 3, 1, 12, 30, 15, 42, tzinfo=UTC)


def build_event(**values: Any) -> TrackingEvent:
    """An event of no particular family, not saved."""
    usual = {
        "user_id": None,
        "actor_role": "system",
        "family_id": 1,
        "child_id": 2,
        "sequence": 1,
        "entity_type": "task",
        "entity_id": 3,
        "action": "activated",
        "points_before": 0,
        "points_after": 10,
        "delta": 10,
        "occurred_at": MOMENT,
        "created_at": MOMENT,
        "metadata": {"entity_name": "Dishes", "points": 10, "activation_id": 4},
    }
    return TrackingEvent(**{**usual, **values})


def make_event(**values: Any) -> TrackingEvent:
    event = build_event(**values)
    event.save()
    return event


def make_verification(*findings: str) -> Verification:
    return Verification.objects.create(
        started_at=MOMENT, finished_at=MOMENT, children=2, events=13, findings=len(findings), first_findings=findings
    )


def make_day_sum(**values: Any) -> DaySum:
    """Of the day of MOMENT."""
    kind = {"day": MOMENT.date(), "entity_type": "task", "action": "activated", **values}
    return DaySum.objects.get_or_create(**kind, defaults={"events": 1, "points": 10, "first_id": 1, "last_id": 1})[0]
