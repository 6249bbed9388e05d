from dataclasses import dataclass, field

from children.models import Child, Family, Penalty, Task, User
from children.services.children import create_child
from children.services.families import create_family, edit_family
from children.services.items import create_item
from children.services.logins import add_parent
from rewards.models import Reward

PASSWORD = "sunny-kitchen-7"  # noqa: S105 - the demo's, and shown to whoever starts it


@dataclass(frozen=True)
class Plan:
    """What a family starts with. The names are usernames too, in lower case."""

    name: str
    timezone: str
    floor_at_zero: bool
    parents: tuple[str, ...]
    children: tuple[str, ...]
    tasks: dict[str, int]
    penalties: dict[str, int]
    rewards: dict[str, int]


PLANS = (
    Plan(
        name="Rivera",
        timezone="Europe/Madrid",
        floor_at_zero=False,
        parents=("Ana", "Ben"),
        children=("Mia", "Leo", "Kim"),
        tasks={"Set the table": 5, "Walk the dog": 10, "Tidy your room": 15, "Mow the lawn": 30},
        penalties={"Shouting": 5, "Left the bike in the rain": 10},
        rewards={"Choose the film": 20, "Ice cream": 30, "Trip to the pool": 80},
    ),
    Plan(
        name="Okafor",
        timezone="Africa/Lagos",
        floor_at_zero=True,
        parents=("Chidi", "Ngozi", "Ruth"),
        children=("Ada", "Obi"),
        tasks={"Feed the hens": 5, "Wash up": 10, "Practise the piano": 15, "Read to your brother": 10},
        penalties={"Late home": 10, "Phone at the table": 5},
        rewards={"Half an hour of games": 15, "Stay up late": 40, "A new book": 60},
    ),
)


@dataclass
class Home:
    """A family with what its acts choose from; who leaves is taken off the lists."""

    family: Family
    parents: list[User]
    children: list[Child]
    tasks: list[Task] = field(default_factory=list)
    penalties: list[Penalty] = field(default_factory=list)
    rewards: list[Reward] = field(default_factory=list)


def found(plan: Plan) -> Home:
    first, *others = [name.lower() for name in plan.parents]
    family, by = create_family(name=plan.name, timezone=plan.timezone, username=first, password=PASSWORD)
    edit_family(family=family, by=by, floor_at_zero=plan.floor_at_zero)
    parents = [by, *(add_parent(family=family, username=name, password=PASSWORD, by=by) for name in others)]
    children = [
        create_child(family=family, name=name, username=name.lower(), password=PASSWORD, by=by)
        for name in plan.children
    ]
    return Home(
        family,
        parents,
        children,
        [create_item(model=Task, family=family, name=name, points=n, by=by) for name, n in plan.tasks.items()],
        [create_item(model=Penalty, family=family, name=name, points=n, by=by) for name, n in plan.penalties.items()],
        [create_item(model=Reward, family=family, name=name, cost=n, by=by) for name, n in plan.rewards.items()],
    )
