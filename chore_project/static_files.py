"""Static files straight from the apps, with no collectstatic: the same under ASGI, WSGI and runserver."""

from typing import TypeVar

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from servestatic.base import ServeStaticBase

Server = TypeVar("Server", bound=ServeStaticBase)


def add_static_files(server: Server) -> Server:
    """Give `server` the files that Django's finders know; where two share a name the first finder wins."""
    folders = [storage.location for finder in get_finders() for storage in getattr(finder, "storages", {}).values()]
    for folder in reversed(folders):
        server.add_files(folder, prefix=settings.STATIC_URL)
    return server
