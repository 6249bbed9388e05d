"""The admin site as a door to the services: what they refuse becomes a message, and nothing goes past them."""

from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.admin.actions import delete_selected as confirm_deletion
from django.contrib.admin.utils import model_ngettext
from django.db import transaction
from django.db.models import ForeignKey, Model, QuerySet
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters

from children.admin.forms import ModelForm
from children.admin.long_select import LongSelect
from children.admin.strict import StrictAdmin, is_there
from children.errors import ChoreError, Gone, UsernameTaken
from children.models import Family, User


class ServiceAdmin(StrictAdmin):
    """Adds, edits and deletes by calling `add`, `edit` and `remove`, which a subclass makes of services."""

    actions = ("delete_selected",)
    delete_confirmation_template = "admin/children/confirm_delete.html"
    delete_selected_confirmation_template = "admin/children/confirm_delete_selected.html"

    def add(self, form: ModelForm, *, by: User) -> Model:
        raise NotImplementedError

    def edit(self, form: ModelForm, changes: dict[str, Any], *, by: User) -> Model:
        raise NotImplementedError

    def remove(self, obj: Any, *, by: User) -> None:
        raise NotImplementedError

    def consequences(self, obj: Any, others: set[Any]) -> list[str]:
        """Say in plain words what deleting `obj` does, the `others` being deleted with it."""
        raise NotImplementedError

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return is_there(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return is_there(obj) and super().has_delete_permission(request, obj)

    def formfield_for_foreignkey(self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any) -> Any:
        """Offer the families that are still there."""
        if db_field.name == "family":
            kwargs["queryset"] = Family.objects.filter(removed_at=None).order_by("name", "id")
            kwargs["widget"] = LongSelect
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @method_decorator(sensitive_post_parameters())
    @method_decorator(csrf_protect)
    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        """Without the transaction that Django opens around the page: the services hash passwords before they open theirs."""
        page = request, object_id, form_url, extra_context
        try:
            return self._changeform_view(*page)  # type: ignore[attr-defined]
        except UsernameTaken:  # somebody was faster: by now the form itself finds it, and shows it beside the field
            return self._changeform_view(*page)  # type: ignore[attr-defined]
        except ChoreError as refusal:
            messages.error(request, str(refusal.message))
            return HttpResponseRedirect(request.get_full_path())

    def save_form(self, request: HttpRequest, form: ModelForm, change: bool) -> Model:
        """Save, since only the service can tell what there is then; nothing is left to the two steps below."""
        if not change:
            return self.add(form, by=actor(request))
        changes = {name: form.cleaned_data[name] for name in form.changed_data}
        return self.edit(form, changes, by=actor(request))

    def save_model(self, request: HttpRequest, obj: Model, form: ModelForm, change: bool) -> None:
        pass

    def save_related(self, request: HttpRequest, form: ModelForm, formsets: Any, change: bool) -> None:
        pass

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[str]]:
        """What the confirmation page tells. Django's own would list protected rows, and refuse."""
        told: list[Any] = []
        going = {obj for obj in objs if self.has_delete_permission(request, obj)}
        for obj in objs:
            then = self.consequences(obj, going - {obj}) if obj in going else [_("It stays: you may not delete it.")]
            told += [f"{capfirst(self.opts.verbose_name)}: {obj}", then]
        return told, {}, set(), []

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        try:
            return super().delete_view(request, object_id, extra_context)
        except ChoreError as refusal:
            messages.error(request, str(refusal.message))
            return HttpResponseRedirect(reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"))

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        self.remove(obj, by=actor(request))

    @admin.action(permissions=["delete"], description=confirm_deletion.short_description)  # type: ignore[attr-defined]
    def delete_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponseBase | None:
        """Delete each in a transaction of its own, so that one that is refused does not hold up the others."""
        if not request.POST.get("post"):
            return confirm_deletion(self, request, queryset)
        deleted = sum([self._delete_one(request, obj) for obj in list(queryset)])
        if deleted:
            what = {"count": deleted, "items": model_ngettext(self.opts, deleted)}
            messages.success(request, _("Successfully deleted %(count)d %(items)s.") % what)
        return None

    def _delete_one(self, request: HttpRequest, obj: Model) -> bool:
        name = str(obj)
        try:
            with transaction.atomic():
                self.log_deletions(request, [obj])  # type: ignore[arg-type]
                self.remove(obj, by=actor(request))
        except ChoreError as refusal:
            if isinstance(refusal, Gone) and is_there(obj):  # with one before it: a child's login with the last parent
                return True
            messages.error(request, _("%(name)s was not deleted: %(why)s") % {"name": name, "why": refusal.message})
            return False
        return True


def actor(request: HttpRequest) -> User:
    return cast(User, request.user)  # the admin site lets nobody else in
