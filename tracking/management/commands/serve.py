import socket
from typing import Any

import uvicorn
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

GRACE_SECONDS = 5
BACKLOG = 2048


class Command(BaseCommand):
    help = "Serve on CHORE_HOST and CHORE_PORT, from this one process, until it is told to stop."

    def handle(self, *args: Any, **options: Any) -> None:
        with listen(settings.HOST, settings.PORT) as listener:
            self.stdout.write(welcome(settings.HOST, settings.PORT))
            self.stdout.flush()
            config = uvicorn.Config(
                "chore_project.asgi:application",
                lifespan="off",  # Django has none
                log_config=None,  # the settings' own
                timeout_graceful_shutdown=GRACE_SECONDS,
                ws="none",
            )
            try:
                uvicorn.Server(config).run(sockets=[listener])
            except KeyboardInterrupt:  # Ctrl-C, and all is stopped already
                self.stdout.write("Stopped.")


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket, before anything else is started. Raises CommandError where that is impossible."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except (OSError, UnicodeError) as error:
        reason = (getattr(error, "strerror", None) or "not an address").partition(" (")[0]
        raise CommandError(f"Cannot listen on {host} port {port} (CHORE_HOST, CHORE_PORT): {reason}.") from error


def welcome(host: str, port: int) -> str:
    here = {"": "localhost", "0.0.0.0": "localhost", "::": "localhost"}.get(host, host)  # noqa: S104 - not bound here
    address = f"http://[{here}]:{port}" if ":" in here else f"http://{here}:{port}"
    return f"\n  Chore is at {address}/admin/ and {address}/api/v1/docs/ (Ctrl-C stops it)\n"
