from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from children.admin.readonly import ReadOnlyAdmin
from tracking.admin.pretty import pretty_json
from tracking.models import UnrecordedEvent


@admin.register(UnrecordedEvent)
class UnrecordedEventAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "child_id", "sequence", "attempts", "error")
    ordering = ("-created_at", "-id")
    sortable_by = ()
    fields = ("child_id", "sequence", "plain_form", "error", "attempts", "created_at")

    @admin.display(description=_("event"))
    def plain_form(self, unrecorded: UnrecordedEvent) -> SafeString:
        return pretty_json(unrecorded.event)
