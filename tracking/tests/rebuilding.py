"""Writing logs again, and reading what is in them then."""

from itertools import chain

from django.core.management import CommandError, call_command
from django.db import connection

from children.services.activations import activate
from tracking import log_file
from tracking.log_folder import numbers_of
from tracking.tests.test_audit_log import events_of


def rebuild(*arguments):
    """Return the exit status."""
    try:
        call_command("rebuild_audit_log", *arguments)
    except CommandError as error:
        return error.returncode
    return 0


def files_in(folder):
    return {path.name: path.read_bytes() for path in folder.glob("*.log*")}


def kept(log):
    """The events in all files of a log, the oldest first."""
    numbers = sorted(numbers_of(log), reverse=True)
    return [*chain.from_iterable(events_of(log_file.numbered(log, number)) for number in numbers)]


def ids(events):
    return [event["id"] for event in events]


def acting(task, child, by):
    """Return a function with which that user acts, or another one."""
    usual = by

    def act(*, by=usual):
        return activate(entity=task, child=child, by=by)

    return act


def alone(act):
    """Act on a connection of one's own, given back afterwards."""
    try:
        return act()
    finally:
        connection.close()
