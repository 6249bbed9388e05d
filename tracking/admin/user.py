from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.utils.translation import ngettext

from children.admin.user import UserAdmin
from children.models import User
from tracking.models import TrackingEvent

admin.site.unregister(User)


@admin.register(User)
class TrackedUserAdmin(UserAdmin):
    """Says before a user is deleted how much of the trail will name nobody."""

    def consequences(self, obj: User, others: set[Any]) -> list[str]:
        going = Q(user=obj)
        if self.leaves_no_parent(obj, others) and obj == User.objects.parents_of(obj.family).first():
            going |= Q(user__child__family=obj.family) & ~Q(user__in=others)  # told once
        events = TrackingEvent.objects.filter(going).count()
        anonymized = ngettext("%(n)s event will be anonymised.", "%(n)s events will be anonymised.", events)
        return [anonymized % {"n": events}, *super().consequences(obj, others)]
