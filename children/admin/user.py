from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.db.models import Model
from django.http import HttpRequest, HttpResponseRedirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from children.admin.forms import EditUserForm, ModelForm, PasswordForm, UserForm
from children.admin.service import ServiceAdmin, actor
from children.errors import ChoreError, Gone, UsernameTaken
from children.models import User
from children.services.accounts import delete_user
from children.services.failed_logins import forget_failed_logins
from children.services.logins import add_parent, insert_user

DELETION = ("deletion_requested_at", "deletion_attempts", "deletion_attempted_at", "deletion_error")
POWERS = ("is_staff", "is_superuser", "groups", "user_permissions")


class OwnAccount(ChoreError):
    """Nobody deletes the account it is logged in with here: the last admin would lock everybody out."""

    code = "own_account"
    message = _("You are logged in with this account. Ask another admin to delete it.")


class SuperusersOnly(ChoreError):
    """Who could touch a superuser's account could make it its own."""

    code = "superusers_only"
    message = _("Only a superuser deletes a superuser.")


@admin.register(User)
class UserAdmin(ServiceAdmin, DjangoUserAdmin):  # type: ignore[type-arg]
    form = EditUserForm
    add_form = UserForm
    add_form_template = None  # Django's has a script for a field that is not asked for here
    add_fieldsets = ((None, {"classes": ("wide",), "fields": ("username", "family", "password1", "password2")}),)
    change_password_form = PasswordForm
    list_display = ("username", "family", "membership", "is_staff", "is_active")
    list_filter = ("is_staff", "is_superuser", "is_active")
    list_select_related = ("family", "child")
    fieldsets = (
        (None, {"fields": ("username", "password", "family", "membership")}),
        *DjangoUserAdmin.fieldsets[1:],  # type: ignore[index]
        (_("Deletion"), {"fields": DELETION}),
    )

    @admin.display(description=_("as"))
    def membership(self, user: User) -> str:
        if user.family_id is None:
            return ""
        return gettext("parent") if user.own_child is None else gettext("child")

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        told = () if obj is None else ("family", "membership", "last_login", "date_joined", *DELETION)
        return told if self._grants_powers(request, obj) else (*told, *POWERS)

    def _grants_powers(self, request: HttpRequest, obj: Any) -> bool:
        """Only superusers grant powers, or staff would help itself; nobody grants a child any, whose password its parents set."""
        return actor(request).is_superuser and (obj is None or obj.own_child is None)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_within_reach(obj, actor(request)) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_within_reach(obj, actor(request)) and super().has_delete_permission(request, obj)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> Any:
        """Without the transaction that Django opens around it, as in `ServiceAdmin`."""
        return self._add_view(request, form_url, extra_context)  # type: ignore[attr-defined]

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> Any:  # noqa: A002 - Django's name
        try:
            return super().user_change_password(request, id, form_url)
        except ChoreError as refusal:
            messages.error(request, str(refusal.message))
            return HttpResponseRedirect("../../../")

    def add(self, form: ModelForm, *, by: User) -> User:
        username, password = form.cleaned_data["username"], form.cleaned_data["password1"]
        family = form.cleaned_data["family"]
        if family is None:
            return insert_user(username=username, password_hash=make_password(password), family=None)
        return add_parent(family=family, username=username, password=password, by=by)

    def edit(self, form: ModelForm, changes: dict[str, Any], *, by: User) -> User:
        """Save what the form changed. Raises Gone rather than bring back a user that was deleted meanwhile, UsernameTaken."""
        user: User = form.save(commit=False)
        columns = {field.name for field in self.opts.concrete_fields} & set(changes)
        try:
            with transaction.atomic():
                if not User.objects.select_for_update(of=("self",)).filter(pk=user.pk).exists():
                    raise Gone
                user.save(update_fields=sorted(columns))
                if "username" in columns:
                    forget_failed_logins(form.initial["username"])
                form.save_m2m()
        except IntegrityError as error:
            raise UsernameTaken from error
        return user

    def remove(self, obj: User, *, by: User) -> None:
        if obj.pk == by.pk:
            raise OwnAccount
        if not is_within_reach(obj, by):
            raise SuperusersOnly
        delete_user(user=obj, by=by)

    def leaves_no_parent(self, obj: User, others: set[Any]) -> bool:
        """Whether the family goes along."""
        if obj.family is None or obj.own_child is not None:
            return False
        return set(User.objects.parents_of(obj.family)) <= {obj, *others}

    def consequences(self, obj: User, others: set[Any]) -> list[str]:
        role = self.membership(obj) or gettext("admin")
        told = [
            gettext("Its sessions and tokens end."),
            gettext("Its events stay, and name nobody from then on: “anonymised %(role)s”.") % {"role": role},
        ]
        if obj.own_child is not None:
            told.append(gettext("The child stays, without a login."))
        elif self.leaves_no_parent(obj, others):
            told.append(gettext("No parent is left then: the family %(family)s goes along.") % {"family": obj.family})
            told.append(gettext("Its children are removed with their logins, its name is blanked, their trails stay."))
        return told


def is_within_reach(user: User | None, by: User) -> bool:
    """Whether `by` may change or delete that account, given the permission. None is a list."""
    return user is None or by.is_superuser or not user.is_superuser
