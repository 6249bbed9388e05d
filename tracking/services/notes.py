"""What was noted of a user in passing, where no reference leads to it."""

import re

from axes.models import AccessAttempt, AccessFailureLog, AccessLog

from children.models import IdempotencyKey
from tracking.models import UnrecordedEvent, Verification
from tracking.traces.identity import Identity

ASKED = ("get_data", "post_data")


def forget_notes(identity: Identity) -> int:
    """Take a user out of answers that are kept for retries of others, findings and errors. Returns how many named it."""
    return _forget_answers(identity.user_id) + _forget_findings(identity.user_id) + _forget_errors(identity)


def _forget_answers(user_id: int) -> int:
    """A retry is answered as the first was, but for who is known no longer."""
    named, number = 0, re.compile(rf'"user_id":{user_id}(?=[,}}])')
    for key in IdempotencyKey.objects.filter(answer__contains=f'"user_id":{user_id}').order_by("pk"):
        answer, found = number.subn('"user_id":null', key.answer)
        named += bool(found) and IdempotencyKey.objects.filter(pk=key.pk).update(answer=answer)
    return named


def _forget_findings(user_id: int) -> int:
    named, number = 0, Identity(user_id)  # the words are the product's own
    for verification in Verification.objects.order_by("pk"):
        findings = list(map(number.blanked, verification.first_findings))
        if findings != verification.first_findings:
            named += Verification.objects.filter(pk=verification.pk).update(first_findings=findings)
    return named


def _forget_errors(identity: Identity) -> int:
    named = 0
    for unrecorded in UnrecordedEvent.objects.only("error").order_by("pk"):
        error = identity.blanked(unrecorded.error)
        if error != unrecorded.error:
            named += UnrecordedEvent.objects.filter(pk=unrecorded.pk).update(error=error)
    return named


def forget_failed_logins(identity: Identity) -> int:
    """Forget those for which somebody typed the e-mail address, or more than the name; and which page of a user's an admin was on the way
    to. Returns how many there were. Those under the very name are forgotten with the account.
    """
    named = 0
    for model in (AccessAttempt, AccessFailureLog, AccessLog):
        for login in model.objects.order_by("pk"):
            if login.username and identity.is_called(login.username):
                named += model.objects.filter(pk=login.pk).delete()[0]
    return named + sum(_blank(attempt, identity) for attempt in AccessAttempt.objects.order_by("pk"))


def _blank(attempt: AccessAttempt, identity: Identity) -> int:
    asked = {name: identity.blanked(getattr(attempt, name)) for name in ASKED}
    if all(text == getattr(attempt, name) for name, text in asked.items()):
        return 0
    return AccessAttempt.objects.filter(pk=attempt.pk).update(**asked)
