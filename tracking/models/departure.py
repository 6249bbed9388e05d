from django.db import models
from django.utils.translation import gettext_lazy as _


class Departure(models.Model):
    """That an account was deleted, and the logs may still name its user: a row from then on until they do not."""

    user_id = models.BigIntegerField(_("user"), unique=True)

    class Meta:
        verbose_name = _("departure")
        verbose_name_plural = _("departures")

    def __str__(self) -> str:
        return f"user {self.user_id}"
