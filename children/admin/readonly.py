from django.db.models import Model
from django.http import HttpRequest

from children.admin.strict import StrictAdmin


class ReadOnlyAdmin(StrictAdmin):
    """To look at only, for superusers too."""

    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
