from collections.abc import Iterable
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


def refuse(request: HttpRequest, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """A filter that makes no sense shows nothing, and says why: everything would look like an answer."""
    messages.error(request, text)
    return rows.none()


class ChoiceFilter(admin.SimpleListFilter):
    """Links to values known beforehand: no query looks for those that occur."""

    options: ClassVar[Iterable[tuple[str, str | Promise]]]

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return self.options

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        if value is not None and value not in dict(self.lookup_choices):
            return refuse(request, queryset, gettext("%(filter)s: there is no such choice.") % {"filter": self.title})
        return self.narrow(queryset, value)

    def narrow(self, rows: QuerySet[Any], value: str | None) -> QuerySet[Any]:
        return rows if value is None else rows.filter(**{str(self.parameter_name): value})


class PresenceFilter(ChoiceFilter):
    """Leaves out what was removed, unless asked for it."""

    title = _("state")
    parameter_name = "state"
    options = (("removed", _("Removed")), ("all", _("All")))
    field = "removed_at"

    def narrow(self, rows: QuerySet[Any], value: str | None) -> QuerySet[Any]:
        return rows if value == "all" else rows.filter(**{f"{self.field}__isnull": value is None})

    def choices(self, changelist: Any) -> Any:
        choices = list(super().choices(changelist))
        choices[0]["display"] = _("Present")
        return choices


class ArchiveFilter(PresenceFilter):
    options = (("archived", _("Archived")), ("all", _("All")))
    field = "archived_at"
