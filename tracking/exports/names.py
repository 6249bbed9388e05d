from collections.abc import Iterable
from typing import NamedTuple

from children.models import Child, User
from children.models.user import UserQuerySet
from tracking.exports.chunks import Row


class Names(NamedTuple):
    """Of children and users, by their ids; without those who are gone."""

    children: dict[int, str]
    usernames: dict[int, str]


def names_in(rows: Iterable[Row], reader: User) -> Names:
    """Look up those that `rows` name, as far as `reader` may know them, in a query each."""
    children = Child.objects.present().filter(pk__in={row["child_id"] for row in rows})
    users = _known_to(reader).filter(pk__in={row["user_id"] for row in rows} - {None})
    return Names(dict(children.values_list("pk", "name")), dict(users.values_list("pk", "username")))


def _known_to(reader: User) -> UserQuerySet:
    """Whose usernames it may read: an admin all, a parent the family's, a child its own."""
    if reader.is_admin:
        return User.objects.all()
    if reader.own_child is not None:
        return User.objects.filter(pk=reader.pk)
    return User.objects.filter(family=reader.family_id)
