from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class TrackingConfig(AppConfig):
    name = "tracking"
    verbose_name = _("Tracking")

    def ready(self) -> None:
        from children import guards
        from tracking import checks, receivers  # noqa: F401 - registers, connects them
        from tracking.guards import GUARDS
        from tracking.stream.redis_listener import listen_to_redis

        guards.register(*GUARDS)
        if settings.REDIS:
            listen_to_redis()
