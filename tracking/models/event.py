from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NoReturn, Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Count, F, Max, Min, Q, Sum
from django.utils.translation import gettext_lazy as _

from children.errors import RefusedByDesign
from children.models import User
from children.models.user import Role
from tracking.models.conditions import conditions_of
from tracking.models.day_sum import DaySum, next_day, start_of
from tracking.models.flat import NEWEST_FIRST, FlatQuerySet
from tracking.models.functions import PlainMoment
from tracking.models.kinds import LEGAL_ACTIONS, Action, EntityType
from tracking.models.lookups import Beside, UpTo
from tracking.models.plain_form import FIELDS, MOMENTS, InvalidEvent, from_plain, to_plain

IN_ORDER = ("occurred_at", "created_at", "id")
FAR = 1000  # events before a page
APPEND_ONLY = "The trail is append-only: an event is neither changed nor deleted."


def _legal_pairs() -> Q:
    pairs = Q()
    for entity_type, actions in LEGAL_ACTIONS.items():
        pairs |= Q(entity_type=entity_type.value, action__in=[action.value for action in actions])
    return pairs


class TrackingEventQuerySet(FlatQuerySet["TrackingEvent"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The one rule of who may see what: an admin all, a parent the family's, a child its own, anybody else nothing."""
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        if user.is_admin:
            return self.all()
        if user.family_id is None:
            return self.none()
        if user.own_child is not None:
            return self.filter(child_id=user.own_child.pk)
        return self.filter(family_id=user.family_id)

    def anonymized(self) -> Self:
        """Those whose user was forgotten; what the system did never had one."""
        return self.filter(user=None).exclude(actor_role=Role.SYSTEM)

    def newest_first(self) -> Self:
        return self.order_by(*NEWEST_FIRST)

    def up_to(self, newest: int) -> Self:
        """Those whose id is not above `newest`."""
        return self.filter(id__upto=newest)

    def of_type(self, entity_type: str) -> Self:
        """Those of a type. Comes after what else narrows them: where anything does, its index is the one to take."""
        is_wide = conditions_of(self.query) is not None
        return self.filter(entity_type=entity_type) if is_wide else self.filter(entity_type__beside=entity_type)

    def first_day(self, start: date) -> date | None:
        """Return the first day (UTC) from `start` on with events, None if there is none."""
        later = self.filter(occurred_at__gte=start_of(start)).order_by("occurred_at", "created_at", "id")
        moment = later.values_list("occurred_at", flat=True).first()
        return None if moment is None else moment.date()

    def sums_of(self, day: date) -> list[DaySum]:
        """Count and add up those of a day (UTC), by kind. The sums are not saved."""
        events = self.filter(occurred_at__gte=start_of(day), occurred_at__lt=start_of(next_day(day))).order_by()
        counted = {"events": Count("pk"), "points": Sum("delta"), "first_id": Min("pk"), "last_id": Max("pk")}
        return [DaySum(day=day, **sums) for sums in events.values("entity_type", "action").annotate(**counted)]

    def by_ids(self) -> TrackingEventQuerySet:
        """Return the same events, newest first, by their ids, which stand in an index: PostgreSQL reads each row that a page far back skips."""
        return TrackingEvent.objects.using(self.db).filter(pk__in=self.values("pk")).newest_first()

    def plain(self) -> list[dict[str, Any]]:
        """Return them in their plain form. The database writes the moments, faster than Python would read them, and write them again."""
        told = (PlainMoment(F(name)) if name in MOMENTS else name for name in FIELDS)
        return [dict(zip(FIELDS, row, strict=True)) for row in self.values_list(*told)]

    def update(self, **kwargs: Any) -> NoReturn:
        """Raises RefusedByDesign."""
        raise RefusedByDesign(APPEND_ONLY)

    def delete(self) -> NoReturn:
        """Raises RefusedByDesign."""
        raise RefusedByDesign(APPEND_ONLY)

    def bulk_update(self, objs: Iterable[Any], fields: Iterable[str], batch_size: int | None = None) -> NoReturn:
        """Raises RefusedByDesign."""
        raise RefusedByDesign(APPEND_ONLY)

    def forget(self) -> int:
        """Make them name nobody: the one change that the database permits. Returns how many named somebody."""
        return super(TrackingEventQuerySet, self.exclude(user=None)).update(user=None)

    def purge(self) -> int:
        """Remove them. The database refuses, but for what a `PurgeDoor` lets through. Returns how many there were."""
        return super().delete()[0]

    update.alters_data = delete.alters_data = bulk_update.alters_data = purge.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = purge.queryset_only = True  # type: ignore[attr-defined]


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
