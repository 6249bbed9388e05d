"""Where the database and Redis are: from one address each to what Django and redis-py want."""

import codecs
from typing import Any

import dj_database_url
import redis
from marshmallow import ValidationError


def known_database(url: str) -> dict[str, Any] | None:
    """Parse DATABASE_URL. Raises ValidationError for another database than SQLite or PostgreSQL."""
    if not url:
        return None
    try:
        database = dict(dj_database_url.parse(url))
    except ValueError as error:
        raise ValidationError("Not a database URL.") from error
    if database["ENGINE"] not in {"django.db.backends.sqlite3", "django.db.backends.postgresql"}:
        raise ValidationError("Only sqlite:// and postgres:// are supported.")
    return database


def known_redis(url: str) -> dict[str, Any] | None:
    """Parse REDIS_URL, for clients that would rather fail than keep anybody waiting. Raises ValidationError."""
    if not url:
        return None
    try:
        server = redis.connection.parse_url(url)  # django-eventstream wants keywords
        kind = server.pop("connection_class", None)
        if kind is redis.SSLConnection:
            server["ssl"] = True
        if kind is redis.UnixDomainSocketConnection:
            server["unix_socket_path"] = server.pop("path", "")
        server.get("host", "").encode("idna")
        codecs.lookup(server.get("encoding", "utf-8"))
        server = {name: value for name, value in server.items() if not name.startswith("retry")}
        server |= {"socket_timeout": 0.3, "socket_connect_timeout": 0.3, "retry": None}
        redis.Redis(**server)  # refuses options that it does not know
    except (ValueError, TypeError, LookupError) as error:
        raise ValidationError("Not an address of Redis: redis://, rediss:// or unix://") from error
    return server
