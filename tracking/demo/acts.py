"""What happens in a home of the demo. Each act picks what is possible for the child, and does nothing where nothing is."""

from random import Random

from children.models import Activation, Child
from children.services.accounts import delete_user
from children.services.activations import activate, cancel_activation
from children.services.children import remove_child
from rewards.models import Reward, RewardRequest
from rewards.services.requests import cancel_request, redeem_request, redeem_reward, refund_request, request_reward
from rewards.services.rewards import archive_reward
from tracking.demo.homes import Home


def do_task(home: Home, child: Child, dice: Random) -> None:
    activate(entity=dice.choice(home.tasks), child=child, by=dice.choice(home.parents))


def get_penalty(home: Home, child: Child, dice: Random) -> None:
    activate(entity=dice.choice(home.penalties), child=child, by=dice.choice(home.parents))


def undo(home: Home, child: Child, dice: Random) -> None:
    last = Activation.objects.filter(child=child).newest_first().first()
    if last is not None:
        cancel_activation(activation=last, by=dice.choice(home.parents))


def ask(home: Home, child: Child, dice: Random) -> None:
    if affordable := _affordable(home, child):
        request_reward(reward=dice.choice(affordable), child=child, by=child.login)


def redeem(home: Home, child: Child, dice: Random) -> None:
    for request in _requests(child, RewardRequest.Status.PENDING)[:1]:
        if request.cost <= child.points:
            redeem_request(request=request, by=dice.choice(home.parents))


def deny(home: Home, child: Child, dice: Random) -> None:
    for request in _requests(child, RewardRequest.Status.PENDING)[:1]:
        cancel_request(request=request, by=dice.choice(home.parents))


def withdraw(home: Home, child: Child, dice: Random) -> None:
    for request in _requests(child, RewardRequest.Status.PENDING)[:1]:
        cancel_request(request=request, by=child.login)


def treat(home: Home, child: Child, dice: Random) -> None:
    if affordable := _affordable(home, child):
        redeem_reward(reward=dice.choice(affordable), child=child, by=dice.choice(home.parents))


def refund(home: Home, child: Child, dice: Random) -> None:
    for request in _requests(child, RewardRequest.Status.REDEEMED)[:1]:
        refund_request(request=request, by=dice.choice(home.parents))


EVERYDAY = {do_task: 50, get_penalty: 12, undo: 6, ask: 12, redeem: 10, deny: 3, withdraw: 3, treat: 3, refund: 2}


def child_leaves(home: Home, child: Child, dice: Random) -> None:
    ask(home, child, dice)
    home.children.remove(child)
    remove_child(child=child, by=home.parents[0])


def parent_leaves(home: Home, child: Child, dice: Random) -> None:
    parent = home.parents.pop()
    delete_user(user=parent, by=parent)


def reward_ends(home: Home, child: Child, dice: Random) -> None:
    ask(home, child, dice)
    asked = [request.reward for request in _requests(child, RewardRequest.Status.PENDING)]
    reward = asked[0] if asked else home.rewards[0]
    home.rewards.remove(reward)
    archive_reward(reward=reward, by=home.parents[0])


def _affordable(home: Home, child: Child) -> list[Reward]:
    return [reward for reward in home.rewards if reward.cost <= child.available]


def _requests(child: Child, status: str) -> list[RewardRequest]:
    requests = RewardRequest.objects.filter(child=child, status=status).select_related("child", "reward")
    return list(requests.newest_first())
