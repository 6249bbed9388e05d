from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from children.errors import RefusedByDesign
from children.models.user import Role
from tracking.models.event_queryset import APPEND_ONLY, TrackingEventQuerySet
from tracking.models.kinds import LEGAL_ACTIONS, Action, EntityType
from tracking.models.lookups import Beside, UpTo
from tracking.models.plain_form import FIELDS, InvalidEvent, from_plain, to_plain

IN_ORDER = ("occurred_at", "created_at", "id")


def _legal_pairs() -> Q:
    pairs = Q()
    for entity_type, actions in LEGAL_ACTIONS.items():
        pairs |= Q(entity_type=entity_type.value, action__in=[action.value for action in actions])
    return pairs


class TrackingEvent(models.Model):
    """One act: who did it, when, and what it did to a child's points. Written once; only `user_id` can turn null, later.

    What it is about is named by plain ids, not foreign keys: nothing can block or erase the trail, and no join loses rows.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,  # event_user begins with it
    )
    actor_role = models.CharField(_("role"), max_length=10, choices=Role.choices)
    family_id = models.BigIntegerField(_("family"))
    child_id = models.BigIntegerField(_("child"))
    sequence = models.BigIntegerField(_("sequence"), help_text=_("1, 2, 3 ... per child; a gap is a missing event."))
    entity_type = models.CharField(_("entity type"), max_length=10, choices=EntityType.choices)
    entity_id = models.BigIntegerField(_("entity"))
    action = models.CharField(_("action"), max_length=10, choices=Action.choices)
    points_before = models.BigIntegerField(_("points before"))
    points_after = models.BigIntegerField(_("points after"))
    delta = models.BigIntegerField(_("change"))
    occurred_at = models.DateTimeField(_("occurred at"))
    created_at = models.DateTimeField(_("recorded at"))
    metadata = models.JSONField(_("metadata"), null=True)

    objects = TrackingEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        constraints = [
            models.UniqueConstraint(name="event_once_per_sequence", fields=["child_id", "sequence"]),
            models.CheckConstraint(name="event_sequence_positive", condition=Q(sequence__gte=1)),
            models.CheckConstraint(name="event_legal_pair", condition=_legal_pairs()),
            models.CheckConstraint(name="event_actor_role_known", condition=Q(actor_role__in=Role.values)),
            models.CheckConstraint(
                name="event_delta_adds_up", condition=Q(delta=F("points_after") - F("points_before"))
            ),
        ]
        indexes = [
            # With the kind: SQLite and PostgreSQL then look at the rows of those only that they were asked for.
            models.Index(name="event_newest", fields=[*IN_ORDER, "entity_type", "action"]),
            models.Index(name="event_child", fields=["child_id", *IN_ORDER, "entity_type", "action"]),
            models.Index(name="event_family", fields=["family_id", *IN_ORDER, "entity_type", "action"]),
            models.Index(name="event_entity_type", fields=["entity_type", *IN_ORDER, "action"]),
            models.Index(
                name="event_user",
                fields=["user_id", *IN_ORDER],
                condition=Q(user__isnull=False),  # or SQLite would look for those of nobody here
            ),
            models.Index(
                name="event_anonymized",  # with all that the list of these is narrowed by, so that they can be counted in it
                fields=[*IN_ORDER, "actor_role", "entity_type", "action", "user"],
                condition=Q(user__isnull=True),
            ),
            models.Index(name="event_family_id", fields=["family_id", "id"]),
        ]

    def __str__(self) -> str:
        return f"{self.get_entity_type_display()} {self.entity_id} {self.get_action_display()}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert. Raises RefusedByDesign for an event that is recorded already."""
        if not self._state.adding:
            raise RefusedByDesign(APPEND_ONLY)
        super().save(*args, **{**kwargs, "force_insert": True})

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Raises RefusedByDesign."""
        raise RefusedByDesign(APPEND_ONLY)

    def to_dict(self) -> dict[str, Any]:
        """Return its plain form: JSON types only, moments in UTC ISO 8601 with `Z`; `id` is null while it is not recorded."""
        return to_plain({name: getattr(self, name) for name in FIELDS})

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> TrackingEvent:
        """Return the event of a plain form, unsaved.

        Raises InvalidEvent for a missing, unknown or mistyped field, a value outside its enumeration, or numbers that contradict
        each other.
        """
        event = cls(**from_plain(plain))
        if event.actor_role not in Role.values:
            raise InvalidEvent("actor_role is unknown")
        if event.action not in LEGAL_ACTIONS.get(event.entity_type, ()):  # type: ignore[call-overload]
            raise InvalidEvent("entity_type and action do not go together")
        if event.sequence < 1:
            raise InvalidEvent("sequence is below 1")
        if event.delta != event.points_after - event.points_before:
            raise InvalidEvent("delta is not points_after - points_before")
        return event


TrackingEvent._meta.get_field("id").register_lookup(UpTo)
TrackingEvent._meta.get_field("entity_type").register_lookup(Beside)
