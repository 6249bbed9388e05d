from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from children.models import MAX_POINTS, Child, Item, User
from children.models.item import amount_field
from children.models.refusals import Undeletable, UndeletableQuerySet


class Reward(Item):
    delete_with = "rewards.services.rewards.archive_reward"

    cost = amount_field(_("cost"))

    class Meta:
        verbose_name = _("reward")
        verbose_name_plural = _("rewards")
        constraints = [
            models.CheckConstraint(name="reward_cost_in_range", condition=models.Q(cost__range=(1, MAX_POINTS)))
        ]


class RewardRequestQuerySet(UndeletableQuerySet["RewardRequest"]):
    def visible_to(self, user: User) -> RewardRequestQuerySet:
        return self.filter(child__in=Child.objects.visible_to(user))

    def newest_first(self) -> RewardRequestQuerySet:
        return self.order_by("-requested_at", "-id")

    def pending(self) -> RewardRequestQuerySet:
        return self.filter(status=RewardRequest.Status.PENDING)


class RewardRequest(Undeletable):
    """That a child is to get a reward, at the price when asked."""

    class Status(models.TextChoices):
        PENDING = "pending", _("pending")
        REDEEMED = "redeemed", _("redeemed")
        CANCELLED = "cancelled", _("cancelled")
        REFUNDED = "refunded", _("refunded")

    child = models.ForeignKey(Child, verbose_name=_("child"), on_delete=models.PROTECT, related_name="reward_requests")
    reward = models.ForeignKey(Reward, verbose_name=_("reward"), on_delete=models.PROTECT, related_name="requests")
    cost = models.BigIntegerField(_("cost"), help_text=_("The price when asked."))
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.PENDING)
    sequence = models.BigIntegerField(
        _("sequence"), null=True, blank=True, help_text=_("Of the event that redeemed it, among the child's.")
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    requested_at = models.DateTimeField(_("requested at"))
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)

    objects = RewardRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("reward request")
        verbose_name_plural = _("reward requests")
        constraints = [
            models.UniqueConstraint(
                name="reward_request_one_pending", fields=["child", "reward"], condition=models.Q(status="pending")
            ),
            models.CheckConstraint(
                name="reward_request_status_known",
                condition=models.Q(status__in=["pending", "redeemed", "cancelled", "refunded"]),
            ),
            models.CheckConstraint(name="reward_request_cost_positive", condition=models.Q(cost__gte=1)),
        ]
        indexes = [models.Index(name="reward_request_newest", fields=["child", "requested_at", "id"])]

    def __str__(self) -> str:
        return f"{self.reward} ({self.get_status_display()})"
