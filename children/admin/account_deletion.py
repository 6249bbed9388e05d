from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import display_for_value
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from children.admin.forms import ModelForm
from children.admin.readonly import ReadOnlyAdmin
from children.admin.service import ServiceAdmin
from children.models import AccountDeletion, AccountDeletionPolicy, User
from children.models.policy import ONLY
from children.services.deletions import change_policy


@admin.register(AccountDeletionPolicy)
class AccountDeletionPolicyAdmin(ServiceAdmin):
    """There is one, also before anybody changed it: no list, and none to add or delete."""

    fields = ("threshold_hours",)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return HttpResponseRedirect(reverse("admin:children_accountdeletionpolicy_change", args=[ONLY]))

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        return AccountDeletionPolicy.objects.current() if object_id == str(ONLY) else None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def edit(self, form: ModelForm, changes: dict[str, Any], *, by: User) -> AccountDeletionPolicy:
        return change_policy(threshold_hours=form.cleaned_data["threshold_hours"], by=by)


@admin.register(AccountDeletion)
class AccountDeletionAdmin(ReadOnlyAdmin):
    """The queue: accounts are marked by who leaves, and deleted by housekeeping."""

    list_display = (
        "username",
        "deletion_requested_at",
        "due_at",
        "attempts",
        "deletion_attempted_at",
        "deletion_error",
    )
    ordering = ("deletion_requested_at", "id")
    sortable_by = ()
    fields = list_display

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).marked()  # type: ignore[attr-defined]

    @admin.display(description=_("due"))
    def due_at(self, account: Any) -> str:
        """As the site writes moments: Django leaves what is no field as it is."""
        return display_for_value(account.due_at, self.get_empty_value_display())

    @admin.display(description=_("failed attempts"))
    def attempts(self, account: Any) -> int:
        return account.attempts
