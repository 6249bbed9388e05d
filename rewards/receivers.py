from typing import Any

from django.dispatch import receiver

from children.models import Child, User
from children.signals import child_removed
from rewards.services.rewards import cancel_requests_of


@receiver(child_removed, dispatch_uid="rewards.cancel_requests")
def on_child_removed(*, child: Child, by: User | None, **_: Any) -> None:
    cancel_requests_of(child, by=by)
