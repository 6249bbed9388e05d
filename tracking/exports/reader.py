from collections.abc import Callable

from children.models import User


class Reader:
    """Who is sent a file. `identify` judges the credentials anew, and returns whose they are, None if they are good no more."""

    def __init__(self, user: User, identify: Callable[[], User | None]) -> None:
        self.user, self._identify, self._standing = user, identify, _standing(user)

    def may_go_on(self) -> bool:
        """Whether it is still who it was when the file began, and sees what it saw then."""
        user = self._identify()
        return user is not None and _standing(user) == self._standing


def _standing(user: User) -> tuple[int, bool, int | None, int | None]:
    """What decides which events and names a user sees."""
    child = user.own_child
    return user.pk, user.is_admin, user.family_id, None if child is None else child.pk
