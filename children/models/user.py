from __future__ import annotations

from contextlib import suppress
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any, ClassVar
from zoneinfo import ZoneInfo

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models.functions import Coalesce, Lower
from django.utils.translation import gettext_lazy as _

from children.errors import Gone
from children.models.family import Family
from children.models.policy import AccountDeletionPolicy

if TYPE_CHECKING:
    from children.models.child import Child

ATTEMPTS = Coalesce("deletion_attempts", 0)


class Role(models.TextChoices):
    PARENT = "parent", _("parent")
    CHILD = "child", _("child")
    ADMIN = "admin", _("admin")
    SYSTEM = "system", _("system")


class UserQuerySet(models.QuerySet["User"]):
    def with_child(self) -> UserQuerySet:
        """With what `role` needs, in the same query."""
        return self.select_related("family", "child")

    def parents_of(self, family: Family) -> UserQuerySet:
        return self.filter(family=family, child=None).order_by("id")

    def marked(self) -> UserQuerySet:
        """Accounts that are marked for deletion, the oldest request first, with the moment they are `due_at` and the `attempts`."""
        threshold = AccountDeletionPolicy.objects.current().threshold
        due_at = models.ExpressionWrapper(models.F("deletion_requested_at") + threshold, models.DateTimeField())
        marked = self.exclude(deletion_requested_at=None).annotate(due_at=due_at, attempts=ATTEMPTS)
        return marked.order_by("deletion_requested_at", "id")

    def delete(self) -> tuple[int, dict[str, int]]:
        """Delete each through `User.delete`, so that no trace names it afterwards."""
        deleted = 0
        for user in list(self):
            with suppress(Gone):  # a child's login goes with the last parent of its family
                user.delete()
                deleted += 1
        return deleted, {"children.User": deleted}

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]


class ChoreUserManager(UserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    pass


class User(AbstractUser):  # type: ignore[django-manager-missing]  # knox has no types
    """A login. Membership of a family decides who acts: as its parent, or as the child whose login it is."""

    family = models.ForeignKey(
        Family, verbose_name=_("family"), null=True, blank=True, on_delete=models.PROTECT, related_name="users"
    )
    # Null, and without a default: or else SQLite makes the table anew for the column, and gives ids of deleted users again.
    deletion_requested_at = models.DateTimeField(_("deletion requested"), null=True, editable=False)
    deletion_attempts = models.PositiveIntegerField(_("attempts"), null=True, editable=False)
    deletion_attempted_at = models.DateTimeField(_("last attempt"), null=True, editable=False)
    deletion_error = models.CharField(_("last error"), max_length=500, null=True, editable=False)  # noqa: DJ001
    child: Child

    objects: ClassVar[ChoreUserManager] = ChoreUserManager()

    class Meta(AbstractUser.Meta):
        swappable = "AUTH_USER_MODEL"
        constraints = [
            # Names that differ only in case are the same to people.
            models.UniqueConstraint(
                Lower("username"),
                name="user_username_once",
                violation_error_code="unique",
                violation_error_message=_("A user with that username already exists."),
            ),
        ]

    @property
    def own_child(self) -> Child | None:
        """The child whose login this is."""
        return getattr(self, "child", None)

    @property
    def is_admin(self) -> bool:
        """Whether it reads every family's trail. This widens reading, never acting."""
        return self.is_active and self.is_staff and self.has_perm("tracking.view_trackingevent")

    @property
    def role(self) -> str | None:
        """`parent`, `child`, `admin`, or None for a user in no family; who is in a family is shown as what it is there."""
        if self.family_id is not None:
            return Role.PARENT if self.own_child is None else Role.CHILD
        return Role.ADMIN if self.is_admin else None

    @property
    def timezone(self) -> tzinfo:
        """In which a plain date of this user's means midnight: its family's, UTC for who has none."""
        return ZoneInfo(self.family.timezone if self.family else "UTC")

    @property
    def deletion_due_at(self) -> datetime | None:
        """From when on the account is deleted, if it is marked."""
        if self.deletion_requested_at is None:
            return None
        return self.deletion_requested_at + AccountDeletionPolicy.objects.current().threshold

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Delete through `services.accounts.delete_user`, whatever code asks for it."""
        from children.services.accounts import delete_user

        delete_user(user=self, by=None)
        return 1, {"children.User": 1}


def acting_role(by: User | None, family_id: int) -> Role:
    """As what `by` acts in that family: a member as what it is there, anybody else as admin, nobody as the system."""
    if by is None:
        return Role.SYSTEM
    if by.family_id != family_id:
        return Role.ADMIN
    return Role.PARENT if by.own_child is None else Role.CHILD
