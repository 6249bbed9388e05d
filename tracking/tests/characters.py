"""The same characters in every test, as fixtures: a plugin of the root `conftest.py`."""

from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
from django.test import Client

from children import signals as family_signals
from children.models import Child, Family, Penalty, Task, User
from children.tests.documented import DocumentedClient
from children.tests.factories import (
    make_admin,
    make_child,
    make_family,
    make_penalty,
    make_task,
    make_user,
)
from rewards import signals as reward_signals
from rewards.models import Reward
from rewards.tests.factories import make_reward

ACTS = (
    family_signals.task_activated,
    family_signals.task_cancelled,
    family_signals.penalty_activated,
    family_signals.penalty_cancelled,
    reward_signals.reward_requested,
    reward_signals.reward_redeemed,
    reward_signals.reward_cancelled,
)

# The family


@pytest.fixture
def family(db: None) -> Family:
    return make_family()


@pytest.fixture
def parent(family: Family) -> User:
    return make_user("parent", family=family)


@pytest.fixture
def other_parent(family: Family) -> User:
    return make_user("other-parent", family=family)


@pytest.fixture
def child(family: Family) -> Child:
    """A child with a login."""
    return make_child(family, "Ada", username="ada")


@pytest.fixture
def child_user(child: Child) -> User:
    """The child's login."""
    assert child.login is not None
    return child.login


@pytest.fixture
def sibling(family: Family) -> Child:
    """A child of the same family, without a login."""
    return make_child(family, "Byron")


@pytest.fixture
def task(family: Family) -> Task:
    return make_task(family)


@pytest.fixture
def penalty(family: Family) -> Penalty:
    return make_penalty(family)


@pytest.fixture
def reward(family: Family) -> Reward:
    return make_reward(family)


# Others


@pytest.fixture
def admin(db: None) -> User:
    """A superuser in no family."""
    return make_admin()


@pytest.fixture
def strangers_family(db: None) -> Family:
    return make_family("Babbage")


@pytest.fixture
def stranger(strangers_family: Family) -> User:
    """A parent of another family."""
    return make_user("stranger", family=strangers_family)


@pytest.fixture
def strangers_child(strangers_family: Family) -> Child:
    return make_child(strangers_family, "Charles", username="charles")


@pytest.fixture
def strangers_task(strangers_family: Family) -> Task:
    return make_task(strangers_family)


@pytest.fixture
def strangers_penalty(strangers_family: Family) -> Penalty:
    return make_penalty(strangers_family)


@pytest.fixture
def strangers_reward(strangers_family: Family) -> Reward:
    return make_reward(strangers_family)


# Their clients


@pytest.fixture
def api() -> Callable[..., DocumentedClient]:
    """Return a function that makes an API client: `api(user)` is logged in, `api()` is anybody.

    Each answer is held against the schema.
    """

    def make_client(user: User | None = None) -> DocumentedClient:
        client = DocumentedClient()
        client.force_authenticate(user)
        return client

    return make_client


@pytest.fixture
def site(client: Client, admin: User) -> Client:
    """A browser in which the admin is logged in to the admin site."""
    client.force_login(admin)
    return client


# What they do


@pytest.fixture
def announced() -> Iterator[list[SimpleNamespace]]:
    """The acts announced during the test, each with the arguments of its signal."""
    acts: list[SimpleNamespace] = []

    def note(*, signal, sender, **act):
        acts.append(SimpleNamespace(signal=signal, **act))

    for signal in ACTS:
        signal.connect(note)
    yield acts
    for signal in ACTS:
        signal.disconnect(note)


@pytest.fixture
def removed() -> Iterator[list[str]]:
    """The names of users in the order in which their removal was announced during the test."""
    names: list[str] = []

    def note(*, user, **_):
        names.append(user.username)

    family_signals.user_removed.connect(note)
    yield names
    family_signals.user_removed.disconnect(note)
