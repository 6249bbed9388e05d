from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from children.models.child import Child
from children.models.item import Penalty, Task
from children.models.refusals import Undeletable, UndeletableQuerySet
from children.models.user import User


class ActivationQuerySet(UndeletableQuerySet["Activation"]):
    def visible_to(self, user: User) -> ActivationQuerySet:
        return self.filter(child__in=Child.objects.visible_to(user))

    def newest_first(self) -> ActivationQuerySet:
        return self.order_by("-occurred_at", "-id")


class Activation(Undeletable):
    """That a task or a penalty was applied to a child, once."""

    class Kind(models.TextChoices):
        TASK = Task.kind, _("task")
        PENALTY = Penalty.kind, _("penalty")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    entity_id = models.BigIntegerField(_("task or penalty"))
    child = models.ForeignKey(Child, verbose_name=_("child"), on_delete=models.PROTECT, related_name="activations")
    points = models.IntegerField(_("points"), help_text=_("Nominal, then."))
    delta = models.BigIntegerField(_("change"), help_text=_("Points really given or taken."))
    sequence = models.BigIntegerField(_("sequence"), help_text=_("Of its event, among the child's."))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    occurred_at = models.DateTimeField(_("occurred at"))
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True)

    objects = ActivationQuerySet.as_manager()

    class Meta:
        verbose_name = _("activation")
        verbose_name_plural = _("activations")
        constraints = [
            models.UniqueConstraint(name="activation_once_per_sequence", fields=["child", "sequence"]),
            models.CheckConstraint(name="activation_kind_known", condition=models.Q(kind__in=["task", "penalty"])),
        ]
        indexes = [models.Index(name="activation_newest", fields=["child", "occurred_at", "id"])]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.entity_id}"
