from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ChildrenConfig(AppConfig):
    name = "children"
    verbose_name = _("Family")

    def ready(self) -> None:
        from children import guards, points_guard

        guards.register(*points_guard.GUARDS)
        guards.connect()
