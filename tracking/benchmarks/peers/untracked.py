"""Nobody listens to the act."""

from contextlib import nullcontext as acting

from children.models import Activation, User

__all__ = ["acting", "told", "watch"]


def watch() -> None:
    """Nothing."""


def told(by: User) -> int:
    """Return the acts themselves."""
    return Activation.objects.filter(by=by).count()
