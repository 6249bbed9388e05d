from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from children.admin.filters import PresenceFilter
from children.admin.forms import ModelForm, NameForm, OptionalLoginForm
from children.admin.service import ServiceAdmin
from children.models import Child, User
from children.services.children import create_child, edit_child, remove_child


@admin.register(Child)
class ChildAdmin(ServiceAdmin):
    """Points are to be read: they move by acts only. Removed children stay to be looked at."""

    list_display = ("__str__", "family", "points", "reserved", "available", "username")
    list_filter = (PresenceFilter,)
    list_select_related = ("family", "login")
    search_fields = ("name", "family__name", "login__username")
    ordering = ("name", "id")
    new_login = (_("Login, if it is to have one"), {"fields": ("username", "password1", "password2")})

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return ((None, {"fields": ("name", "family")}), self.new_login)
        balance = (None, {"fields": ("name", "family", "points", "reserved", "available")})
        if obj.login is None and self.has_change_permission(request, obj):
            return (balance, self.new_login)
        return (balance, (None, {"fields": ("login", "removed_at") if obj.removed_at else ("login",)}))

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return () if obj is None else ("family", "points", "reserved", "available", "login", "removed_at")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = NameForm if change and obj.login is not None else OptionalLoginForm
        return super().get_form(request, obj, change, **{"form": form, **kwargs})

    @admin.display(description=_("available"))
    def available(self, child: Child) -> int:
        return child.available

    @admin.display(description=_("username"))
    def username(self, child: Child) -> str | None:
        return child.username

    def add(self, form: ModelForm, *, by: User) -> Child:
        given = form.cleaned_data
        return create_child(
            family=given["family"],
            name=given["name"],
            by=by,
            username=given["username"] or None,
            password=given["password1"] or None,
        )

    def edit(self, form: ModelForm, changes: dict[str, Any], *, by: User) -> Child:
        names = {"name": "name", "username": "username", "password1": "password"}
        return edit_child(
            child=form.instance, by=by, **{names[name]: changes[name] for name in changes if name in names}
        )

    def remove(self, obj: Child, *, by: User) -> None:
        remove_child(child=obj, by=by)

    def consequences(self, obj: Child, others: set[Any]) -> list[str]:
        return [
            gettext("Rewards that wait for it are cancelled."),
            gettext("Its login is deleted, where it has one."),
            gettext("Its name is blanked: from then on it is “removed child %(id)s”.") % {"id": obj.pk},
            gettext("Its trail stays, and can still be looked up by that number."),
        ]
