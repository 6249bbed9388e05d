"""django-easy-audit: it watches by itself, here what it must only, and is told who acts as its middleware does."""

from collections.abc import Iterator
from contextlib import contextmanager

from easyaudit.middleware.easyaudit import clear_request, set_current_user
from easyaudit.models import CRUDEvent

from children.models import User


def watch() -> None:
    """DJANGO_EASY_AUDIT_REGISTERED_CLASSES tells what."""


@contextmanager
def acting(by: User) -> Iterator[None]:
    set_current_user(by)
    try:
        yield
    finally:
        clear_request()


def told(by: User) -> int:
    return int(CRUDEvent.objects.filter(user=by).count())
