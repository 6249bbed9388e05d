from django.db import transaction

from children import clock
from children.locks import lock_actor, lock_child, lock_family
from children.models import Child, User
from children.services.items import read_again
from rewards.models import Reward, RewardRequest
from rewards.services.requests import cancel_pending


@transaction.atomic
def archive_reward(*, reward: Reward, by: User | None) -> None:
    """Take a reward off the family's list; requests that wait for it are cancelled.

    Raises Gone if it was archived meanwhile, ActorGone, ActorMoved.
    """
    family = lock_family(reward.family_id)
    waiting = list(RewardRequest.objects.pending().filter(reward=reward).select_related("child").order_by("id"))
    for request in waiting:
        request.child = lock_child(request.child, family=family)
    by = lock_actor(by)
    reward = read_again(reward, family)
    for request in waiting:
        request.reward = reward
        cancel_pending(request, by=by, reason="entity_removed")
    reward.archived_at = clock.now()
    reward.save(update_fields=["archived_at"])


def cancel_requests_of(child: Child, *, by: User | None) -> None:
    """Settle what a child that is being removed still waits for; its locks are held."""
    for request in RewardRequest.objects.pending().filter(child=child).select_related("reward").order_by("id"):
        request.child = child
        cancel_pending(request, by=by, reason="child_removed")
