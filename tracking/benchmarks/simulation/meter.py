"""The seconds of CPU that processes have used, and the memory that one holds, from Linux's /proc."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

TICKS = os.sysconf("SC_CLK_TCK")


class Reading(NamedTuple):
    server: float  # seconds of CPU
    database: float

    def since(self, earlier: "Reading") -> "Reading":
        return Reading(self.server - earlier.server, self.database - earlier.database)


class Meter:
    """Of a server's process with those it began, and of PostgreSQL's for one database, if they are on this machine."""

    def __init__(self, pid: int, database: str) -> None:
        self._pid, self._database = pid, database

    def read(self) -> Reading:
        return Reading(sum(map(_worked, _family_of(self._pid))), sum(map(_worked, self._backends())))

    def memory(self) -> int:
        """Return KiB."""
        lines = Path("/proc", str(self._pid), "status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))

    def _backends(self) -> Iterator[int]:
        """PostgreSQL writes the name of the database into the command line of each."""
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                command = process.joinpath("cmdline").read_text(errors="replace")
                if self._database and command.startswith("postgres: ") and f" {self._database} " in command:
                    yield int(process.name)


def _family_of(pid: int) -> Iterator[int]:
    yield pid
    for child in Path("/proc", str(pid), "task", str(pid), "children").read_text().split():
        yield from _family_of(int(child))


def _worked(pid: int) -> float:
    try:
        told = Path("/proc", str(pid), "stat").read_text()
    except OSError:  # it has ended
        return 0
    return sum(map(int, told.rpartition(")")[2].split()[11:13])) / TICKS
