from django import template

from tracking.models import Verification

register = template.Library()


@register.simple_tag
def last_verification() -> Verification | None:
    return Verification.objects.newest_first().first()
