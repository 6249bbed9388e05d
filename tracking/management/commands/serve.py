import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread
from typing import Any

import uvicorn
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import Error, connection

from children.services.housekeeping import keep_house_every

GRACE_SECONDS = 5
HOUSEKEEPING_SECONDS = 3600
BACKLOG = 2048


class Command(BaseCommand):
    help = (
        "Serve on CHORE_HOST and CHORE_PORT, and keep house beside it, from this one process, until it is told to stop."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        with listen(settings.HOST, settings.PORT) as listener:
            self.stdout.write(welcome(settings.HOST, settings.PORT))
            self.stdout.flush()
            config = uvicorn.Config(
                "chore_project.asgi:application",
                lifespan="on",  # ends the streams
                log_config=None,  # the settings' own
                timeout_graceful_shutdown=GRACE_SECONDS,
                ws="none",
            )
            try:
                with database_open(), housekeeping():
                    uvicorn.Server(config).run(sockets=[listener])
            except KeyboardInterrupt:  # Ctrl-C, and all is stopped already
                self.stdout.write("Stopped.")


@contextmanager
def database_open() -> Iterator[None]:
    """Have SQLite's file open, requests or none: so `restore` and `copy_database` see that it is served."""
    opened = connection.copy()
    with suppress(Error):  # /readyz says it
        if opened.vendor == "sqlite":
            opened.ensure_connection()
    try:
        yield
    finally:
        opened.close()


@contextmanager
def housekeeping() -> Iterator[None]:
    """Keep house in a thread, so that it cannot outlive the server, however that ends."""
    end = Event()
    thread = Thread(
        target=keep_house_every, args=[HOUSEKEEPING_SECONDS], kwargs={"until": end}, name="housekeeping", daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        end.set()
        thread.join(GRACE_SECONDS)


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
