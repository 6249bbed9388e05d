from django.contrib import admin
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from children.admin.readonly import ReadOnlyAdmin
from tracking.models import Verification


@admin.register(Verification)
class VerificationAdmin(ReadOnlyAdmin):
    list_display = ("finished_at", "findings", "children", "events")
    ordering = ("-finished_at", "-id")
    sortable_by = ()
    fields = ("started_at", "finished_at", "children", "events", "findings", "lines")

    @admin.display(description=_("first findings"))
    def lines(self, verification: Verification) -> SafeString:
        return format_html_join("", "<div>{}</div>", ([line] for line in verification.first_findings))
