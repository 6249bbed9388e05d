from django.db import models
from django.utils.translation import gettext_lazy as _

from tracking.models.event import TrackingEvent
from tracking.models.plain_form import InvalidEvent


class UnrecordedEvent(models.Model):
    """An event whose INSERT failed: it waits here, whole, in the transaction of its act."""

    child_id = models.BigIntegerField(_("child"))
    sequence = models.BigIntegerField(_("sequence"))
    event = models.JSONField(_("event"), help_text=_("Its plain form."))
    error = models.TextField(_("error"))
    attempts = models.IntegerField(_("attempts"), default=1)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("unrecorded event")
        verbose_name_plural = _("unrecorded events")
        indexes = [models.Index(name="unrecorded_event_key", fields=["child_id", "sequence"])]

    def __str__(self) -> str:
        return _("child %(child)s, sequence %(sequence)s") % {"child": self.child_id, "sequence": self.sequence}

    def to_event(self) -> TrackingEvent:
        """Return the event, unsaved. Raises InvalidEvent, also where it is another than the row says."""
        event = TrackingEvent.from_dict(self.event)
        if (event.child_id, event.sequence) != (self.child_id, self.sequence):
            raise InvalidEvent("it is the event of another child or sequence")
        event.pk = None
        return event
