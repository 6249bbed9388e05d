from django.apps import AppConfig


class TrackingConfig(AppConfig):
    name = "tracking"
    verbose_name = "Tracking"

    def ready(self) -> None:
        from children import guards
        from tracking import receivers  # noqa: F401 - connects them
        from tracking.guards import GUARDS

        guards.register(*GUARDS)
