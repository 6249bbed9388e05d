"""Sessions do not refer to their user: who it is stands in what they carry."""

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session


def sessions_of(user_id: int) -> list[str]:
    """Return the keys of all sessions in which this user is logged in, of those that have expired too."""
    sessions = Session.objects.iterator()
    return [session.pk for session in sessions if session.get_decoded().get(SESSION_KEY) == str(user_id)]


def end_sessions(user_id: int) -> int:
    """Delete every session in which this user is logged in. Returns how many there were."""
    return Session.objects.filter(pk__in=sessions_of(user_id)).delete()[0]
