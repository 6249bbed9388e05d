"""Whether this server can be trusted with acts, for `/readyz`: each check returns what is wrong, or None."""

import os
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Max
from redis import Redis, RedisError

from children import clock, guards
from children.models import Family
from tracking import audit_log

TOLERATED = timedelta(seconds=1)


def database() -> str | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return None


def migrations() -> str | None:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return f"{len(plan)} not applied" if plan else None


def database_guards() -> str | None:
    gone = guards.missing(connection)
    return f"missing: {', '.join(guard.trigger for guard in gone)}" if gone else None


def log_folder() -> str | None:
    settings.LOG_DIR.mkdir(mode=0o750, parents=True, exist_ok=True)
    return None if os.access(settings.LOG_DIR, os.W_OK | os.X_OK) else "not writable"


def last_line() -> str | None:
    error = audit_log.failures.recent
    return error and f"the last line was not written: {error}"


def redis() -> str | None:
    Redis(**settings.REDIS).ping()
    return None


def machine_clock() -> str | None:
    last = Family.objects.aggregate(last=Max("last_act_at"))["last"]
    return "behind the last act" if last is not None and clock.now() < last - TOLERATED else None


IN_THE_DATABASE: dict[str, Callable[[], str | None]] = {
    "migrations": migrations,
    "guards": database_guards,
    "clock": machine_clock,
}


def problems() -> dict[str, str | None]:
    """Return what is wrong by the name of the check, None where nothing is. Never raises, and tells no path and no address."""
    found = {"database": _run(database), "log_folder": _run(log_folder), "audit_log": last_line()}
    if settings.REDIS:
        found["redis"] = _run(redis)
    for name, check in IN_THE_DATABASE.items():  # each would wait for it as long again
        found[name] = found["database"] or _run(check)
    return found


def _run(check: Callable[[], str | None]) -> str | None:
    try:
        return check()
    except (Error, OSError, RedisError) as error:
        return type(error).__name__
