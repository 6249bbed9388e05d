from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self, TypeVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from children.models.family import Family
from children.models.refusals import Undeletable, UndeletableQuerySet
from children.models.user import User

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

MAX_POINTS = 1_000_000
I = TypeVar("I", bound="Item")


class ItemQuerySet(UndeletableQuerySet[I]):
    def active(self) -> Self:
        return self.filter(archived_at=None)

    def visible_to(self, user: User) -> Self:
        """What the user's family has and did not archive; none for a user in no family."""
        if user.family_id is None:
            return self.none()
        return self.active().filter(family=user.family_id)


class Item(Undeletable):
    """What a family keeps a list of: tasks, penalties, rewards. Deleting one archives it, since its acts name it for ever."""

    delete_with = "its archive service"

    family = models.ForeignKey(Family, verbose_name=_("family"), on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=200)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ItemQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


def amount_field(verbose_name: StrOrPromise) -> models.IntegerField[int, int]:
    """Points of one act, 1 to MAX_POINTS."""
    return models.IntegerField(verbose_name, validators=[MinValueValidator(1), MaxValueValidator(MAX_POINTS)])


class Task(Item):
    kind: ClassVar = "task"

    points = amount_field(_("points"))

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        constraints = [
            models.CheckConstraint(name="task_points_in_range", condition=models.Q(points__range=(1, MAX_POINTS)))
        ]

    @property
    def effect(self) -> int:
        """Points that one activation gives."""
        return self.points


class Penalty(Item):
    kind: ClassVar = "penalty"

    points = amount_field(_("points"))

    class Meta:
        verbose_name = _("penalty")
        verbose_name_plural = _("penalties")
        constraints = [
            models.CheckConstraint(name="penalty_points_in_range", condition=models.Q(points__range=(1, MAX_POINTS)))
        ]

    @property
    def effect(self) -> int:
        """Points that one activation takes, as a negative number."""
        return -self.points
