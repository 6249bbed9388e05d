"""The admin site's own log quotes names: it forgets with the rest."""

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Model, Q

from children.models import Child, Family, User


def forget_user(user: User) -> int:
    """Delete what was done to this account and what it did. Returns how many entries there were.

    All are locked in one order first: two admins may have done something to each other.
    """
    named = LogEntry.objects.filter(_about(user) | Q(user=user.pk)).order_by("pk")
    with transaction.atomic():
        locked = list(named.select_for_update().values_list("pk", flat=True))
        return LogEntry.objects.filter(pk__in=locked).delete()[0]


def blank_name(tombstone: Child | Family) -> None:
    """Call it in the log what it is called everywhere else by now."""
    LogEntry.objects.filter(_about(tombstone)).update(object_repr=str(tombstone))


def _about(obj: Model) -> Q:
    return Q(content_type=ContentType.objects.get_for_model(obj), object_id=str(obj.pk))
