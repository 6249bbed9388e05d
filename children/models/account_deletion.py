from django.utils.translation import gettext_lazy as _

from children.models.user import User


class AccountDeletion(User):  # type: ignore[django-manager-missing]  # as User
    """An account that is marked for deletion, for the admin site's list of them."""

    class Meta:
        proxy = True
        verbose_name = _("account deletion")
        verbose_name_plural = _("account deletions")
