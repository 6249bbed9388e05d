"""What django-axes keeps of failed logins: names as they were typed."""

from axes.models import AccessAttempt, AccessFailureLog, AccessLog


def forget_failed_logins(username: str) -> None:
    """Forget all that failed under this name, in whatever case it was typed: names that differ only in case are one user's.

    The settings leave the two logs empty; they may have been on before.
    """
    for model in (AccessAttempt, AccessFailureLog, AccessLog):
        model.objects.filter(username__iexact=username).delete()
