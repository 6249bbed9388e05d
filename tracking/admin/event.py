from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from children.admin.readonly import ReadOnlyAdmin
from children.models import User
from tracking.admin.changelist import TrailChangeList
from tracking.admin.columns import EventColumns
from tracking.admin.export import ExportsTrail
from tracking.admin.filters import (
    ActionFilter,
    AnonymizedFilter,
    EntityTypeFilter,
    QuickRanges,
    TypedFilter,
)
from tracking.admin.names import look_up_names
from tracking.models import TrackingEvent

READABLE = ("when", "child", "what", "action", "points", "change", "who", "actor_role")
RECORDED = (
    *("id", "number_of_user", "family_id", "child_id", "sequence", "entity_type", "entity_id"),
    *("points_before", "points_after", "delta", "occurred", "created", "details"),
)


@admin.register(TrackingEvent)
class TrackingEventAdmin(EventColumns, ExportsTrail, ReadOnlyAdmin):
    list_display = ("when", "child", "what", "action", "points", "change", "who")
    list_filter = (QuickRanges, TypedFilter, AnonymizedFilter, EntityTypeFilter, ActionFilter)
    ordering = ("-occurred_at", "-created_at", "-id")
    sortable_by = ()
    show_full_result_count = False
    fieldsets = ((None, {"fields": READABLE}), (_("As it is recorded"), {"fields": RECORDED}))

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return isinstance(request.user, User) and request.user.is_admin

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return TrailChangeList

    def get_queryset(self, request: HttpRequest) -> Any:
        return TrackingEvent.objects.visible_to(request.user)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> TrackingEvent | None:
        event: TrackingEvent | None = super().get_object(request, object_id, from_field)
        if event is not None:
            look_up_names([event])
        return event
