from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Purge(models.Model):
    """What a child's events had come to when the oldest of them were removed: its chain goes on from here."""

    child_id = models.BigIntegerField(_("child"), unique=True)
    family_id = models.BigIntegerField(_("family"))
    sequence = models.BigIntegerField(_("sequence"), help_text=_("Of the last event that was removed."))
    points_after = models.BigIntegerField(_("points after"))
    occurred_at = models.DateTimeField(_("occurred at"))
    events = models.BigIntegerField(_("events"), help_text=_("How many were removed, in all."))

    class Meta:
        verbose_name = _("purge")
        verbose_name_plural = _("purges")
        constraints = [
            models.CheckConstraint(
                name="purge_of_as_many_events_as_numbers", condition=Q(events__gte=1, events__lte=F("sequence"))
            ),
        ]

    def __str__(self) -> str:
        return f"child {self.child_id}, up to sequence {self.sequence}"


class PurgeDoor(models.Model):
    """Where the guard of the trail looks: while there is a row, events that occurred before its cutoff can be removed.

    There is one only within the transaction that removes them, so that nobody else ever sees it open.
    """

    ONLY = 1

    id = models.SmallIntegerField(primary_key=True)
    cutoff = models.DateTimeField()

    class Meta:
        verbose_name = _("door of purges")
        verbose_name_plural = _("doors of purges")
        constraints = [models.CheckConstraint(name="purge_door_is_one", condition=Q(id=1))]

    def __str__(self) -> str:
        return f"open for what occurred before {self.cutoff}"
