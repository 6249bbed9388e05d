"""Making the people and things of the tests. `tracking/tests/characters.py` makes the usual ones into fixtures."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.hashers import make_password

from children import clock
from children.models import Child, Family, Penalty, Task, User
from children.services.activations import activate

PASSWORD = "a long enough pass phrase"


def make_family(name: str = "Lovelace", **values: Any) -> Family:
    return Family.objects.create(name=name, **values)


def make_user(username: str, *, family: Family | None = None, **values: Any) -> User:
    return User.objects.create(username=username, password=make_password(PASSWORD), family=family, **values)


def make_admin(username: str = "admin") -> User:
    return make_user(username, is_staff=True, is_superuser=True)


def mark(user: User, *, hours_ago: float = 0) -> User:
    """Mark the account for deletion, so many hours ago."""
    user.deletion_requested_at = clock.now() - timedelta(hours=hours_ago)
    user.save(update_fields=["deletion_requested_at"])
    return user


def make_child(family: Family, name: str = "Ada", *, username: str | None = None) -> Child:
    login = make_user(username, family=family) if username else None
    return Child.objects.create(family=family, name=name, login=login)


def make_task(family: Family, points: int = 10, name: str = "Dishes") -> Task:
    return Task.objects.create(family=family, name=name, points=points)


def make_penalty(family: Family, points: int = 4, name: str = "Shouting") -> Penalty:
    return Penalty.objects.create(family=family, name=name, points=points)


def earn(child: Child, points: int) -> None:
    """Give the child points the one way there is: the system activates a task for it, which is an act and an event."""
    activate(entity=make_task(child.family, points, name="Chores of last week"), child=child, by=None)
    child.refresh_from_db()
