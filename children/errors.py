"""Refusals. Each has a stable `code`, which is the contract; the text may be translated.

`children.api.errors` turns them into HTTP answers: 409 unless it says otherwise.
"""

from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class ChoreError(Exception):
    """An act that the rules refuse; nothing was changed. `meta` holds the numbers behind it."""

    code: ClassVar[str]
    message: ClassVar[str | Promise]

    def __init__(self, **meta: int) -> None:
        super().__init__(self.code)
        self.meta = meta


class InsufficientPoints(ChoreError):
    """meta: `have` and `reserved` (the child's), `need` (what the act takes), all in points."""

    code = "insufficient_points"
    message = _("Not enough points.")


class AlreadyRedeemed(ChoreError):
    code = "already_redeemed"
    message = _("This request is redeemed already; it can be refunded.")


class AlreadyCancelled(ChoreError):
    code = "already_cancelled"
    message = _("This request was cancelled.")


class AlreadyRefunded(ChoreError):
    code = "already_refunded"
    message = _("This request was refunded.")


class NotRedeemed(ChoreError):
    code = "not_redeemed"
    message = _("Only what was redeemed can be refunded.")


class LastParent(ChoreError):
    code = "last_parent"
    message = _("A family keeps at least one parent.")


class LastAdmin(ChoreError):
    code = "last_admin"
    message = _("A server keeps at least one active superuser.")


class ActorGone(ChoreError):
    """The acting user was deleted or deactivated before its act got the family's lock."""

    code = "not_authenticated"
    message = _("This account is gone.")


class ActorMoved(ChoreError):
    """The acting user left the family before its act got the family's lock."""

    code = "permission_denied"
    message = _("You do not have permission to perform this action.")


class Gone(ChoreError):
    """What the act is about was removed before the act got the family's lock."""

    code = "not_found"
    message = _("Not found.")


class UsernameTaken(ChoreError):
    code = "unique"
    message = _("A user with that username already exists.")


class RefusedByDesign(TypeError):
    """Code took a door that would bypass the services, and with them the trail. Names the right one."""


def first_line(error: Exception) -> str:
    """Return the class of any error and the first line of its message: the lines after it, PostgreSQL's DETAIL, quote rows."""
    message = next(iter(str(error).splitlines()), "")
    text = f"{type(error).__name__}: {message}" if message else type(error).__name__
    return "".join(letter if letter.isprintable() else "?" for letter in text)
