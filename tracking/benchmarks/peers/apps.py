from django.apps import AppConfig

from tracking.benchmarks.peers import chosen


class PeersConfig(AppConfig):
    name = "tracking.benchmarks.peers"

    def ready(self) -> None:
        """Have nobody but the peer listen to what is measured."""
        from children.services.activations import ACTIVATED

        if chosen.NAME != "chore":
            assert ACTIVATED["task"].disconnect(dispatch_uid="tracking.task_activated")
