from django import template
from django.conf import settings

from tracking.admin.charts.wording import number
from tracking.admin.child_trail import trail_of
from tracking.admin.links import event_page, trail_of_child
from tracking.admin.neighbours import neighbours_of
from tracking.admin.sentence import sentence
from tracking.admin.today import todays_acts
from tracking.models import TrackingEvent, UnrecordedEvent, Verification

register = template.Library()
register.filter("number", number)
register.filter("as_sentence", sentence)
register.simple_tag(neighbours_of, name="neighbours")
register.simple_tag(trail_of, name="child_trail")
register.simple_tag(todays_acts, name="todays_trail")


@register.simple_tag
def last_verification() -> Verification | None:
    return Verification.objects.newest_first().first()


@register.simple_tag
def version() -> str:
    return str(settings.VERSION)


@register.simple_tag
def waiting_events() -> int:
    """How many events could not be recorded yet."""
    return UnrecordedEvent.objects.count()


@register.filter
def page_of(event: TrackingEvent) -> str:
    return event_page(event.pk)


@register.filter
def whole_trail(event: TrackingEvent) -> str:
    """Of the event's child."""
    return trail_of_child(event.child_id)
