from django.contrib import admin
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from tracking.admin.details import entity_name
from tracking.admin.links import trail_of_child
from tracking.admin.names import child_name, who
from tracking.admin.pretty import pretty_json
from tracking.admin.sentence import balance
from tracking.models import TrackingEvent
from tracking.models.plain_form import iso


class EventColumns:
    """What the list and the page of an event show, each for people. `look_up_names` comes first."""

    @admin.display(description=_("when"))
    def when(self, event: TrackingEvent) -> SafeString:
        """In the site's time zone, which is named: it differs between summer and winter."""
        local = timezone.localtime(event.occurred_at)
        shown = iso(event.occurred_at), f"{local:%Y-%m-%d %H:%M:%S}", f"{local:%Z}"
        return format_html('<time dir="ltr" datetime="{}">{}&nbsp;<small>{}</small></time>', *shown)

    @admin.display(description=_("child"))
    def child(self, event: TrackingEvent) -> SafeString:
        """With a link to its whole trail: nobody knows its number by heart."""
        return format_html('<a href="{}"><bdi>{}</bdi></a>', trail_of_child(event.child_id), child_name(event))

    @admin.display(description=_("what"))
    def what(self, event: TrackingEvent) -> SafeString:
        kind = event.get_entity_type_display()
        return format_html("<bdi>{}</bdi> <small>{}</small>", entity_name(event) or event.entity_id, kind)

    @admin.display(description=_("points"))
    def points(self, event: TrackingEvent) -> SafeString:
        return balance(event)

    @admin.display(description=_("change"))
    def change(self, event: TrackingEvent) -> SafeString:
        """With its sign, and not by color alone."""
        if not event.delta:
            return format_html('<span class="change">{}</span>', 0)
        name, mark = ("gain", "▲") if event.delta > 0 else ("loss", "▼")
        sign = format_html('<span aria-hidden="true">{}</span>', mark)
        return format_html('<span class="change {}" dir="ltr">{} {}</span>', name, f"{event.delta:+}", sign)

    @admin.display(description=_("who"))
    def who(self, event: TrackingEvent) -> SafeString:
        return format_html("<bdi>{}</bdi>", who(event))

    @admin.display(description=_("user"))
    def number_of_user(self, event: TrackingEvent) -> str:
        return "-" if event.user_id is None else str(event.user_id)

    @admin.display(description=_("occurred at"))
    def occurred(self, event: TrackingEvent) -> str:
        return iso(event.occurred_at)

    @admin.display(description=_("recorded at"))
    def created(self, event: TrackingEvent) -> str:
        return iso(event.created_at)

    @admin.display(description=_("metadata"))
    def details(self, event: TrackingEvent) -> SafeString:
        return pretty_json(event.metadata)
