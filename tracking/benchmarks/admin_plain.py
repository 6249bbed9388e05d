"""The same changelist, with what Django's admin has for it as it comes."""

from typing import TYPE_CHECKING

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from tracking.models import TrackingEvent

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[TrackingEvent]
else:
    ModelAdmin = admin.ModelAdmin


class PlainEventAdmin(ModelAdmin):
    """`user` is a column that can be null: Django does not join it by itself."""

    change_list_template = "admin/change_list.html"
    list_display = ("occurred_at", "child_id", "entity_type", "action", "delta", "user")
    list_filter = ("entity_type", "action", "actor_role")
    date_hierarchy = "occurred_at"
    ordering = ("-occurred_at", "-created_at", "-id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[TrackingEvent]:
        return QuerySet(TrackingEvent)


plain_site = admin.AdminSite(name="plain")
plain_site.register(TrackingEvent, PlainEventAdmin)
