"""An installation as an operator has it, of its own: a data folder, and SQLite in it or a PostgreSQL database."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import psycopg
from django.conf import settings
from django.db import connections

PATIENCE = 60  # seconds, after which it is given up

NOT_INHERITED = ("DATABASE_URL", "REDIS_URL", "WEB_CONCURRENCY")


@dataclass(frozen=True)
class Installation:
    """A data folder, with SQLite if no database is named, and commands run beside it; `variables` are more of its environment."""

    data: Path
    database_url: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        theirs = {name: value for name, value in os.environ.items() if not name.startswith(NOT_INHERITED)}
        ours = {"CHORE_DATA_DIR": str(self.data), "DJANGO_SETTINGS_MODULE": "chore_project.settings"}
        return theirs | ours | ({"DATABASE_URL": self.database_url} if self.database_url else {}) | {**self.variables}

    def with_variables(self, **variables: str) -> "Installation":
        """The same data, seen by processes with these variables too."""
        return replace(self, variables={**self.variables, **variables})

    def manage(self, *arguments: str, script: str | None = None, patience: float = PATIENCE) -> str:
        """Run a command of manage.py, which may read `script`, and return what it printed."""
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(
            command,
            cwd=settings.BASE_DIR,
            env=self.environment,
            input=script,
            capture_output=True,
            text=True,
            timeout=patience,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def tell(self, script: str, *, patience: float = PATIENCE) -> Any:
        """Run a script in its `manage.py shell`, and return what it printed as JSON."""
        return json.loads(self.manage("shell", "--no-imports", script=script, patience=patience))


@contextmanager
def installed(data: Path, *, like: Installation | None = None, migrated: bool = True) -> Iterator[Installation]:
    """An installation on the kind of database that pytest runs on; or a copy of one whose commands have all ended."""
    if like:
        shutil.copytree(like.data, data)
    on_sqlite = connections["default"].vendor == "sqlite"
    with nullcontext("") if on_sqlite else _new_database(like.database_url if like else "") as database_url:
        installation = Installation(data, database_url)
        if migrated and not like:
            installation.manage("migrate", "--verbosity=0")
        yield installation


@contextmanager
def _new_database(template_url: str) -> Iterator[str]:
    """Make a database where pytest's own is, and yield its URL. Dropped at the end, whoever still uses it."""
    name = f"chore_{uuid4().hex}"
    usual = connections["default"].settings_dict
    template = template_url.rpartition("/")[2] or "template1"
    _run_on_postgresql(f"CREATE DATABASE {name} TEMPLATE {template}")
    _run_on_postgresql(f"ALTER DATABASE {name} SET synchronous_commit = off")  # PostgreSQL itself lives on
    try:
        who = ":".join(quote(usual[part], safe="") for part in ("USER", "PASSWORD") if usual[part])
        where = quote(usual["HOST"], safe="") + (f":{usual['PORT']}" if usual["PORT"] else "")
        yield f"postgres://{who}@{where}/{name}"
    finally:
        _run_on_postgresql(f"DROP DATABASE {name} WITH (FORCE)")


def _run_on_postgresql(statement: str) -> None:
    usual = connections["default"].settings_dict
    given = {"user": usual["USER"], "password": usual["PASSWORD"], "host": usual["HOST"], "port": usual["PORT"]}
    with psycopg.connect(dbname="postgres", autocommit=True, **{k: v for k, v in given.items() if v}) as connection:
        connection.execute(statement)
