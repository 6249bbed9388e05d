from typing import Any

from django.contrib import admin
from django.utils.translation import ngettext

from children.admin.user import UserAdmin
from children.models import User
from tracking.models import TrackingEvent

admin.site.unregister(User)


@admin.register(User)
class TrackedUserAdmin(UserAdmin):
    """Says before a user is deleted how much of the trail will name nobody."""

    def consequences(self, obj: User, others: set[Any]) -> list[str]:
        events = TrackingEvent.objects.filter(user__in=self._going(obj, others)).count()
        anonymized = ngettext("%(n)s event will be anonymised.", "%(n)s events will be anonymised.", events)
        return [anonymized % {"n": events}, *super().consequences(obj, others)]

    def _going(self, obj: User, others: set[Any]) -> set[int]:
        """Return who goes with `obj`, `obj` itself included; the `others` are told of by themselves."""
        if not self.leaves_no_parent(obj, others) or obj != User.objects.parents_of(obj.family).first():
            return {obj.pk}
        logins = User.objects.filter(child__family=obj.family).exclude(pk__in=[other.pk for other in others])
        return {obj.pk, *logins.values_list("pk", flat=True)}
