from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class VerificationQuerySet(models.QuerySet["Verification"]):
    def newest_first(self) -> VerificationQuerySet:
        return self.order_by("-finished_at", "-id")

    def outdated(self) -> VerificationQuerySet:
        newest = list(self.newest_first().values_list("pk", flat=True)[: Verification.KEPT])
        return self.exclude(pk__in=newest)


class Verification(models.Model):
    """What `verify_tracking` found when it went through the whole trail. The last ones are kept."""

    KEPT = 100
    FINDINGS_KEPT = 100  # of one; all are counted

    started_at = models.DateTimeField(_("started at"))
    finished_at = models.DateTimeField(_("finished at"))
    children = models.BigIntegerField(_("children"))
    events = models.BigIntegerField(_("events"))
    findings = models.BigIntegerField(_("findings"))
    first_findings = models.JSONField(_("first findings"), help_text=_("The first hundred, a line each."))

    objects = VerificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("verification")
        verbose_name_plural = _("verifications")

    def __str__(self) -> str:
        return self.finished_at.isoformat(" ", "seconds")
