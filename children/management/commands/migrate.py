from typing import Any

from django.core.management.commands import migrate


class Command(migrate.Command):
    """Django's own, but that a missing database guard does not stop it: it is what makes guards."""

    def get_check_kwargs(self, options: Any) -> Any:
        return {**super().get_check_kwargs(options), "databases": None}
