from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from children.admin.readonly import ReadOnlyAdmin
from children.admin.strict import StrictChangeList
from tracking.admin.filters import ActionFilter, ChildFilter, DaysFilter, EntityTypeFilter
from tracking.admin.names import child_name, look_up_names, who
from tracking.admin.pretty import pretty_json
from tracking.models import TrackingEvent
from tracking.models.plain_form import iso

READABLE = ("when", "who", "actor_role", "child", "entity_type", "entity", "action", "points", "change")
RECORDED = (
    *("id", "user_id", "family_id", "child_id", "sequence", "entity_id", "points_before", "points_after", "delta"),
    *("occurred", "created", "details"),
)


class TrailChangeList(StrictChangeList):
    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[Any]:
        """Newest first, whatever `?o=` says: the one order that an index serves."""
        return list(self.model_admin.get_ordering(request))

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = list(self.result_list)
        look_up_names(self.result_list)


@admin.register(TrackingEvent)
class TrackingEventAdmin(ReadOnlyAdmin):
    list_display = ("when", "who", "child", "entity_type", "entity", "action", "points", "change")
    list_filter = (DaysFilter, EntityTypeFilter, ActionFilter, ChildFilter)
    ordering = ("-occurred_at", "-created_at", "-id")
    sortable_by = ()
    show_full_result_count = False
    fieldsets = ((None, {"fields": READABLE}), (_("As it is recorded"), {"fields": RECORDED}))

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return TrailChangeList

    def get_queryset(self, request: HttpRequest) -> Any:
        return TrackingEvent.objects.visible_to(request.user)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> TrackingEvent | None:
        event: TrackingEvent | None = super().get_object(request, object_id, from_field)
        if event is not None:
            look_up_names([event])
        return event

    @admin.display(description=_("when"))
    def when(self, event: TrackingEvent) -> str:
        return timezone.localtime(event.occurred_at).strftime("%Y-%m-%d %H:%M:%S")

    @admin.display(description=_("who"))
    def who(self, event: TrackingEvent) -> str:
        return who(event)

    @admin.display(description=_("child"))
    def child(self, event: TrackingEvent) -> SafeString:
        """With a link to its whole trail: nobody knows its number by heart."""
        trail = reverse("admin:tracking_trackingevent_changelist", query={"child_id": event.child_id})
        return format_html('<a href="{}">{}</a>', trail, child_name(event))

    @admin.display(description=_("what"), empty_value="-")
    def entity(self, event: TrackingEvent) -> str | None:
        return (event.metadata or {}).get("entity_name")

    @admin.display(description=_("points"))
    def points(self, event: TrackingEvent) -> str:
        return f"{event.points_before} → {event.points_after}"

    @admin.display(description=_("change"))
    def change(self, event: TrackingEvent) -> str:
        return f"{event.delta:+}" if event.delta else "0"

    @admin.display(description=_("occurred at"))
    def occurred(self, event: TrackingEvent) -> str:
        return iso(event.occurred_at)

    @admin.display(description=_("recorded at"))
    def created(self, event: TrackingEvent) -> str:
        return iso(event.created_at)

    @admin.display(description=_("metadata"))
    def details(self, event: TrackingEvent) -> SafeString:
        return pretty_json(event.metadata)
