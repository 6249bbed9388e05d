import zoneinfo
from functools import cache

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from children.models.refusals import Undeletable, UndeletableQuerySet


@cache
def timezones() -> frozenset[str]:
    """Return the names of the IANA time zone database, which is read once: it is hundreds of files."""
    return frozenset(zoneinfo.available_timezones())


def validate_timezone(name: str) -> None:
    """Raises ValidationError unless `name` is in the IANA time zone database."""
    if name not in timezones():
        raise ValidationError(_("Not a time zone, such as Europe/Berlin."), code="invalid_timezone")


class Family(Undeletable):
    """The unit of locking, and of the clock. It outlives its last parent, blanked."""

    delete_with = "children.services.accounts.delete_user on its last parent"

    name = models.CharField(_("name"), max_length=100, blank=True)
    timezone = models.CharField(_("time zone"), max_length=64, default="UTC", validators=[validate_timezone])
    floor_at_zero = models.BooleanField(
        _("floor at zero"), default=False, help_text=_("Penalties and undone tasks take no more points than there are.")
    )
    last_act_at = models.DateTimeField(null=True, blank=True, editable=False)
    removed_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = UndeletableQuerySet.as_manager()

    class Meta:
        verbose_name = _("family")
        verbose_name_plural = _("families")

    def __str__(self) -> str:
        return self.name if self.removed_at is None else _("removed family %(id)s") % {"id": self.pk}
