"""The family whose server meets the faults."""

from dataclasses import dataclass

from tracking.tests.installation import Installation

PASSWORD = "a long enough pass phrase"
SCRIPT = f"""
import json
from children.models import AuthToken, Penalty, Task
from children.services.children import create_child
from children.services.families import create_family
from children.services.items import create_item
from rewards.models import Reward

family, parent = create_family(name="Lovelace", timezone="UTC", username="parent", password="{PASSWORD}")
children = [create_child(family=family, name=name, by=parent) for name in ("Ada", "Byron")]
task = create_item(model=Task, family=family, by=parent, name="Dishes", points=10)
penalty = create_item(model=Penalty, family=family, by=parent, name="Shouting", points=4)
rewards = [create_item(model=Reward, family=family, by=parent, name=f"Ice cream {{n}}", cost=15) for n in range(4)]
print(json.dumps({{
    "token": AuthToken.objects.create(parent)[1],
    "children": [child.pk for child in children],
    "task": task.pk,
    "penalty": penalty.pk,
    "rewards": [reward.pk for reward in rewards],
}}))
"""


@dataclass(frozen=True)
class Home:
    """The ids of what is there, and the token of the parent."""

    token: str
    children: list[int]
    task: int
    penalty: int
    rewards: list[int]


def settle(installation: Installation) -> Home:
    """Move the family in."""
    return Home(**installation.tell(SCRIPT))
