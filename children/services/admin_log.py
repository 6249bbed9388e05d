"""The admin site's own log quotes names: it forgets with the rest."""

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, QuerySet

from children.models import Child, Family, User


def forget_user(user: User) -> None:
    """Delete what admins did to this account; what it did itself goes with its row."""
    _entries(user).delete()


def blank_name(tombstone: Child | Family) -> None:
    """Call it in the log what it is called everywhere else by now."""
    _entries(tombstone).update(object_repr=str(tombstone))


def _entries(obj: Model) -> QuerySet[LogEntry]:
    return LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(obj), object_id=str(obj.pk))
