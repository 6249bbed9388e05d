from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext

from children.admin.filters import ArchiveFilter
from children.admin.forms import ModelForm
from children.admin.service import ServiceAdmin
from children.models import Item, Penalty, Task, User
from children.services.items import archive_item, create_item, edit_item


class ItemAdmin(ServiceAdmin):
    """What a family keeps a list of. Its family is chosen once; deleting archives."""

    amount = "points"
    list_filter = (ArchiveFilter,)
    list_select_related = ("family",)
    search_fields = ("name", "family__name")
    ordering = ("name", "id")

    def get_list_display(self, request: HttpRequest) -> Any:
        return ("name", "family", self.amount)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = ("name", "family", self.amount)
        return (*fields, "archived_at") if obj is not None and obj.archived_at else fields

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return () if obj is None else ("family", "archived_at")

    def add(self, form: ModelForm, *, by: User) -> Item:
        return create_item(model=self.model, by=by, **form.cleaned_data)

    def edit(self, form: ModelForm, changes: dict[str, Any], *, by: User) -> Item:
        return edit_item(item=form.instance, by=by, **changes)

    def remove(self, obj: Item, *, by: User) -> None:
        archive_item(item=obj, by=by)

    def consequences(self, obj: Item, others: set[Any]) -> list[str]:
        return [
            gettext("It is archived: the family does not see it any more."),
            gettext("What it did stays in the trail, and can still be undone or refunded."),
        ]


admin.site.register([Task, Penalty], ItemAdmin)
