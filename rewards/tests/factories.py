from children.models import Family
from rewards.models import Reward


def make_reward(family: Family, cost: int = 20, name: str = "Cinema") -> Reward:
    return Reward.objects.create(family=family, name=name, cost=cost)
