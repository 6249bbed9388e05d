"""What every page of the admin site shares: an address or a form that makes no sense gets an answer, never an error 500."""

from itertools import islice
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.forms import ModelMultipleChoiceField
from django.http import Http404, HttpRequest
from django.utils.text import smart_split
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
    MultipleChoiceField = ModelMultipleChoiceField[Any]
else:
    ModelAdmin, MultipleChoiceField = admin.ModelAdmin, ModelMultipleChoiceField

LETTERS, WORDS = 1000, 20  # of a search: SQLite refuses long patterns and deep conditions


class StrictChangeList(ChangeList):
    def get_filters(self, request: HttpRequest) -> Any:
        """Take the page's own filters only: Django would turn any other parameter into a lookup, which the database may choke on."""
        found = super().get_filters(request)
        if unknown := found[2]:
            names = ", ".join(sorted(unknown))
            messages.error(request, _("There is no filter %(names)s here; it was left out.") % {"names": names})
            raise IncorrectLookupParameters
        return found


class KnownChoices(MultipleChoiceField):
    def clean(self, value: Any) -> Any:
        """Refuse ids that cannot be ids before they reach a query."""
        for number in value or ():
            self.queryset.model._meta.pk.clean(number, None)  # type: ignore[union-attr]
        return super().clean(value)


class StrictAdmin(ModelAdmin):
    show_facets = admin.ShowFacets.NEVER  # a count of everything for each link
    list_per_page = 50

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return StrictChangeList

    def to_field_allowed(self, request: HttpRequest, to_field: str) -> bool:
        """Answer 404 for what Django would answer with a 400 and a traceback in the log."""
        if not super().to_field_allowed(request, to_field):
            raise Http404
        return True

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """Take a blank `_to_field` for none: Django would look for a field without a name."""
        return super().get_object(request, object_id, from_field or None)

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Any], search_term: str) -> Any:
        words = islice(smart_split(search_term[:LETTERS]), WORDS)
        return super().get_search_results(request, queryset, " ".join(words))

    def formfield_for_manytomany(self, db_field: Any, request: Any = None, **kwargs: Any) -> Any:
        return super().formfield_for_manytomany(db_field, request, **{"form_class": KnownChoices, **kwargs})

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:  # type: ignore[override]
        """As KnownChoices does."""
        try:
            for value in request.POST.getlist(ACTION_CHECKBOX_NAME):
                self.opts.pk.clean(value, None)
        except ValidationError:
            messages.error(request, _("Nothing was changed: what was selected does not exist."))
            return None
        return super().response_action(request, queryset)


def is_there(obj: Model | None) -> bool:
    """Whether `obj` was neither removed nor archived; what was stays to be looked at, and is left alone. None is a list."""
    return obj is None or (getattr(obj, "removed_at", None) is None and getattr(obj, "archived_at", None) is None)
