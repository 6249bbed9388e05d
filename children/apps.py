from django.apps import AppConfig


class ChildrenConfig(AppConfig):
    name = "children"
    verbose_name = "Family"

    def ready(self) -> None:
        from children import guards, points_guard

        guards.register(*points_guard.GUARDS)
        guards.connect()
