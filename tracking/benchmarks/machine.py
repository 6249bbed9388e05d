"""On what it was measured, and with what."""

import os
import platform
import sqlite3
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from django.db import connections

PACKAGES = (
    "Django",
    "djangorestframework",
    "orjson",
    "psycopg",
    "django-eventstream",
    "django-auditlog",
    "django-simple-history",
    "django-easy-audit",
    "django-reversion",
    "django-pghistory",
    "tinydb",
)


def machine() -> dict[str, str | int]:
    return {
        "system": platform.platform(),
        "processor": _processor(),
        "cores": os.cpu_count() or 0,
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
    }


def versions() -> dict[str, str]:
    """Return those of Python, the database, and the packages that are there."""
    found = {"Python": platform.python_version(), "SQLite": sqlite3.sqlite_version}
    if (connection := connections["default"]).vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SHOW server_version")
            found["PostgreSQL"] = cursor.fetchone()[0]
    return found | {package: number for package in PACKAGES if (number := _version(package))}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()  # Linux's own: the portable one does not know the model
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())
