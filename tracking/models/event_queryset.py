from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any, NoReturn, Self

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, F, Max, Min, Sum

from children.errors import RefusedByDesign
from children.models import User
from children.models.user import Role
from tracking.models.conditions import conditions_of
from tracking.models.day_sum import DaySum, next_day, start_of
from tracking.models.flat import NEWEST_FIRST, FlatQuerySet
from tracking.models.functions import PlainMoment
from tracking.models.plain_form import FIELDS, MOMENTS

if TYPE_CHECKING:
    from tracking.models.event import TrackingEvent  # noqa: F401 - below, in quotes

FAR = 1000  # events that are skipped
APPEND_ONLY = "The trail is append-only: an event is neither changed nor deleted."


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

    def skipping_in_index(self) -> Self:
        """Return the same events, newest first; where many are skipped before them, by their ids, which stand in an index.

        PostgreSQL reads each row that it skips, and computes what would be shown of it.
        """
        if self.query.low_mark <= FAR:
            return self
        events: Any = self.model._default_manager.using(self.db)
        return events.filter(pk__in=self.values("pk")).newest_first()

    def plain(self) -> list[dict[str, Any]]:
        """Return them in their plain form.

        The database writes the moments, faster than Python would read them, and write them again.
        """
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
