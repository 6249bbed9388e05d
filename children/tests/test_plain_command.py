"""Commands end with a sentence, whatever stops them, and never with a traceback."""

import signal
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection

from children.services import housekeeping
from tracking.management.commands import replay_tracking, verify_tracking
from tracking.tests.installation import Installation

WORKS = {
    "verify_tracking": (verify_tracking, "verify"),
    "replay_tracking": (replay_tracking, "_read"),
    "housekeeping": (housekeeping, "_remove"),
}
each_command = pytest.mark.parametrize("name", WORKS)


def run(name):
    call_command(name, *(["--from", "log"] if name == "replay_tracking" else []))


@each_command
def test_ctrl_c(db, monkeypatch, name):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(*WORKS[name], interrupt)

    with pytest.raises(CommandError, match="Stopped") as error:
        run(name)
    assert error.value.returncode == 128 + signal.SIGINT


@pytest.mark.parametrize("name", ["verify_tracking", "replay_tracking"])
def test_without_a_database(db, name):
    def fail(*_):
        raise OperationalError("no such table")

    with connection.execute_wrapper(fail), pytest.raises(CommandError, match="The database: no such table") as error:
        call_command(name)
    assert error.value.returncode == 3


@pytest.mark.once
def test_nobody_reads_on(tmp_path):
    """As `| head` does. What Python flushes at its end would be a traceback too."""
    installation = Installation(tmp_path)
    with subprocess.Popen(
        [sys.executable, "manage.py", "housekeeping"],
        cwd=settings.BASE_DIR,
        env=installation.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        process.stdout.close()
        error = process.stderr.read()

    assert process.returncode == 3
    assert error.splitlines()[-1] == "CommandError: Nobody reads on."
