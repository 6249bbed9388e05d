from children.models import User
from tracking.models import UnrecordedEvent


def forget_unrecorded(user: User) -> None:
    """Make the events that wait to be recorded forget a user that is being deleted, as SET_NULL does for the others."""
    for unrecorded in UnrecordedEvent.objects.filter(event__user_id=user.pk):
        event = {**unrecorded.event, "user_id": None}
        UnrecordedEvent.objects.filter(pk=unrecorded.pk).update(event=event)  # or it was recorded meanwhile
