"""A house for every test, in which nothing leaks and nothing breaks in silence. Who lives in it: `tracking/tests/characters.py`."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.writer import MigrationWriter
from django.test import TransactionTestCase
from django.utils import translation

from tracking import audit_log
from tracking.tests.emptying import delete_rows

pytest_plugins = ["tracking.tests.characters"]


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("postgresql") and connections["default"].vendor != "postgresql":
        pytest.skip("needs PostgreSQL: set DATABASE_URL")
    if item.get_closest_marker("once") and connections["default"].vendor != "sqlite":
        pytest.skip("the database does not matter: it runs on SQLite")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """SQLite in a file, as in production: in memory, threads would share a cache and other locks. PostgreSQL need not wait for its disk."""
    database = connections["default"]
    if database.vendor == "sqlite":
        database.settings_dict["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")
    else:
        database.settings_dict["OPTIONS"]["options"] = "-c synchronous_commit=off"


@pytest.fixture(scope="session", autouse=True)
def _transactional_tests_clean_up() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda case: delete_rows())
        yield


@pytest.fixture(autouse=True)
def _fast_and_contained(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    translation.deactivate()  # what the last request of the test before asked for
    monkeypatch.setattr(audit_log, "failures", audit_log.Failures())
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.LOG_DIR = tmp_path / "logs"


class Collector(logging.Handler):
    def __init__(self) -> None:
        super().__init__(level=logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture(autouse=True)
def _no_receiver_breaks(request: pytest.FixtureRequest) -> Iterator[None]:
    """`send_robust` hides a broken receiver in a log line: make it fail the test, unless marked `broken_receiver`."""
    collector = Collector()
    logger = logging.getLogger("django.dispatch")
    logger.addHandler(collector)
    yield
    logger.removeHandler(collector)
    if request.node.get_closest_marker("broken_receiver") is None:
        assert not collector.lines, "a receiver broke:\n" + "\n".join(collector.lines)


@pytest.fixture
def later_migration(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Return a context manager that runs `migrate` with one more migration of an app, and takes it back."""
    monkeypatch.syspath_prepend(tmp_path)

    @contextmanager
    def migrate(app: str, operations: list[Operation]) -> Iterator[None]:
        loader = MigrationLoader(connections["default"])
        ((_, last),) = loader.graph.leaf_nodes(app)
        modules = tmp_path / f"{app}_later"
        modules.mkdir()
        (modules / "__init__.py").touch()
        for name in [name for label, name in loader.disk_migrations if label == app]:
            (modules / f"{name}.py").write_text(
                f"from importlib import import_module\nMigration = import_module('{app}.migrations.{name}').Migration\n"
            )
        later = type("Migration", (Migration,), {"dependencies": [(app, last)], "operations": operations})
        (modules / "later.py").write_text(MigrationWriter(later("later", app), include_header=False).as_string())
        usual = settings.MIGRATION_MODULES
        settings.MIGRATION_MODULES = {**usual, app: modules.name}
        call_command("migrate", app, verbosity=0)
        try:
            yield
        finally:
            call_command("migrate", app, last, verbosity=0)
            settings.MIGRATION_MODULES = usual

    return migrate
