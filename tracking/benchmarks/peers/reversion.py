"""django-reversion: the models are registered, and a revision is made around the act, as its middleware does."""

from collections.abc import Iterator
from contextlib import contextmanager

import reversion
from reversion.models import Version

from children.models import Activation, Child, User


def watch() -> None:
    reversion.register(Child)
    reversion.register(Activation)


@contextmanager
def acting(by: User) -> Iterator[None]:
    with reversion.create_revision():
        reversion.set_user(by)
        yield


def told(by: User) -> int:
    return int(Version.objects.filter(revision__user=by).count())
