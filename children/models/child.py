from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from children.models.family import Family
from children.models.refusals import Undeletable, UndeletableQuerySet
from children.models.user import User


class ChildQuerySet(UndeletableQuerySet["Child"]):
    def present(self) -> ChildQuerySet:
        return self.filter(removed_at=None)

    def visible_to(self, user: User) -> ChildQuerySet:
        """A parent sees the family's children, a child itself, anybody else none."""
        if user.family_id is None:
            return self.none()
        children = self.present().filter(family=user.family_id)
        return children if user.own_child is None else children.filter(pk=user.own_child.pk)


class Child(Undeletable):
    """A child and its balance. Points move in `children.points` only. Removed, it leaves a tombstone that keeps the id."""

    delete_with = "children.services.children.remove_child"

    family = models.ForeignKey(Family, verbose_name=_("family"), on_delete=models.PROTECT, related_name="children")
    name = models.CharField(_("name"), max_length=100, blank=True)
    points = models.BigIntegerField(_("points"), default=0, editable=False)
    reserved = models.BigIntegerField(_("reserved"), default=0, editable=False)
    sequence = models.BigIntegerField(default=0, editable=False)
    login = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("login"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="child",
    )
    removed_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ChildQuerySet.as_manager()

    class Meta:
        verbose_name = _("child")
        verbose_name_plural = _("children")
        constraints = [
            models.CheckConstraint(name="child_reserved_not_negative", condition=models.Q(reserved__gte=0)),
            models.CheckConstraint(name="child_sequence_not_negative", condition=models.Q(sequence__gte=0)),
        ]

    def __str__(self) -> str:
        return self.name if self.removed_at is None else _("removed child %(id)s") % {"id": self.pk}

    @property
    def available(self) -> int:
        """Points that are not reserved for a pending request; below zero after a penalty that took reserved ones."""
        return self.points - self.reserved

    @property
    def username(self) -> str | None:
        return self.login.username if self.login else None
