from __future__ import annotations

from datetime import timedelta

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

MIN_HOURS, MAX_HOURS = 24, 720
ONLY = 1  # the id of its one row


class AccountDeletionPolicyManager(models.Manager["AccountDeletionPolicy"]):
    def current(self) -> AccountDeletionPolicy:
        """Return the policy: the default one, where nobody changed it yet."""
        return self.filter(pk=ONLY).first() or self.model()

    def lock(self) -> AccountDeletionPolicy:
        """Return the policy under its lock, before the order of `children.locks` begins; made, so that there is something to lock."""
        return self.select_for_update().get_or_create(pk=ONLY)[0]


class AccountDeletionPolicy(models.Model):
    """How long a marked account stays. Its one row is also the lock under which accounts that are due go, one at a time."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY, editable=False)
    threshold_hours = models.PositiveSmallIntegerField(
        _("hours"),
        default=MAX_HOURS,
        validators=[MinValueValidator(MIN_HOURS), MaxValueValidator(MAX_HOURS)],
        help_text=_(
            "From when an account is marked until it is deleted, 24 to 720. Holds for accounts already marked too."
        ),
    )

    objects = AccountDeletionPolicyManager()

    class Meta:
        verbose_name = _("account deletion policy")
        verbose_name_plural = _("account deletion policy")
        constraints = [
            models.CheckConstraint(name="account_deletion_policy_one_row", condition=models.Q(id=ONLY)),
            models.CheckConstraint(
                name="account_deletion_policy_hours_in_range",
                condition=models.Q(threshold_hours__range=(MIN_HOURS, MAX_HOURS)),
            ),
        ]

    def __str__(self) -> str:
        return str(_("after %(hours)s hours") % {"hours": self.threshold_hours})

    @property
    def threshold(self) -> timedelta:
        return timedelta(hours=self.threshold_hours)
