from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tracking.models.kinds import Action, EntityType


class DaySum(models.Model):
    """What the events of one kind came to on one day, counted when that was over, so that nobody need count them again.

    Up to the newest day that has one, a kind without one has no event on that day: so sums stay once they are there. An event that comes or
    goes there later marks the sum, in the database itself (`tracking.guards`), until housekeeping counts that day anew.
    """

    COUNTED = ("events", "points", "first_id", "last_id")

    day = models.DateField()  # in UTC
    entity_type = models.CharField(max_length=10, choices=EntityType.choices)
    action = models.CharField(max_length=10, choices=Action.choices)
    events = models.BigIntegerField(default=0)
    points = models.BigIntegerField(default=0)  # the sum of their deltas
    first_id = models.BigIntegerField(default=0)
    last_id = models.BigIntegerField(default=0)
    is_touched = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("sum of a day")
        verbose_name_plural = _("sums of days")
        constraints = [
            models.UniqueConstraint(name="day_sum_once_per_kind", fields=["day", "entity_type", "action"]),
        ]
        indexes = [
            models.Index(name="day_sum_touched", fields=["day"], condition=Q(is_touched=True)),
            models.Index(name="day_sum_last_id", fields=["last_id"]),
            # All that counting reads, so that it need not look at the rows.
            models.Index(name="day_sum_events", fields=["day", "entity_type", "action", "events", "first_id"]),
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.entity_type} {self.action}"

    @property
    def kind(self) -> tuple[str, str]:
        return self.entity_type, self.action

    @property
    def numbers(self) -> dict[str, int]:
        return {name: getattr(self, name) for name in self.COUNTED}

    def copy(self, other: DaySum) -> None:
        """Take over what was counted."""
        for name in (*self.COUNTED, "is_touched"):
            setattr(self, name, getattr(other, name))

    @classmethod
    def newest_day(cls, using: str | None = None) -> date | None:
        """Return the last day that is sealed, None if none is."""
        return cls.objects.using(using).order_by("-day").values_list("day", flat=True).first()


def start_of(day: date) -> datetime:
    """Return the moment at which the day begins in UTC."""
    return datetime.combine(day, time.min, UTC)


def next_day(day: date) -> date:
    return day + timedelta(days=1)
