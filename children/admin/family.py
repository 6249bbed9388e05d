from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from children.admin.filters import PresenceFilter
from children.admin.forms import LoginForm, ModelForm, NameForm
from children.admin.long_select import LongSelect
from children.admin.service import ServiceAdmin
from children.models import Family, User
from children.models.family import timezones
from children.services.families import create_family, edit_family


@admin.register(Family)
class FamilyAdmin(ServiceAdmin):
    """Made together with its first parent. Deleted with its last one, never here."""

    list_display = ("__str__", "timezone", "floor_at_zero")
    list_filter = (PresenceFilter,)
    search_fields = ("name",)
    ordering = ("name", "id")
    change_fieldsets = ((None, {"fields": ("name", "timezone", "floor_at_zero")}),)
    add_fieldsets = (
        (None, {"fields": ("name", "timezone")}),
        (_("First parent"), {"fields": ("username", "password1", "password2")}),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return self.add_fieldsets if obj is None else self.change_fieldsets

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """The change page asks for no login."""
        return super().get_form(request, obj, change, **{"form": NameForm if change else LoginForm, **kwargs})

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name == "timezone":
            choices = [(name, name) for name in sorted(timezones())]
            return forms.ChoiceField(
                label=db_field.verbose_name, choices=choices, initial=settings.TIME_ZONE, widget=LongSelect
            )
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def add(self, form: ModelForm, *, by: User) -> Family:
        given = form.cleaned_data
        family, _parent = create_family(
            name=given["name"], timezone=given["timezone"], username=given["username"], password=given["password1"]
        )
        return family

    def edit(self, form: ModelForm, changes: dict[str, Any], *, by: User) -> Family:
        return edit_family(family=form.instance, by=by, **changes)
