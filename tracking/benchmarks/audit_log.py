"""Lines per second of several processes that write and rotate one log, and what is lost of them, beside RotatingFileHandler."""

import logging
import logging.handlers
import multiprocessing
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from tracking import log_file
from tracking.benchmarks.measured import Bound, Row
from tracking.benchmarks.report import Report

LINES = 40_000
ROUNDS = 5
SIZES = {"small files": 250_000, "usual files": 10_000_000}
BACKUPS = 5
SAMPLE = (
    '{"writer": %d, "line": %d, "user_id": 2, "actor_role": "parent", "family_id": 1, "child_id": 1, "sequence": 7, '
    '"entity_type": "penalty", "entity_id": 1, "action": "cancelled", "points_before": 0, "points_after": 5, "delta": 5, '
    '"occurred_at": "2026-11-23T06:30:04.231445Z", "created_at": "2026-11-23T06:30:04.232097Z", '
    '"metadata": {"entity_name": "Shouting", "points": 5, "activation_id": 2, "cancels": 6, "reason": "undone"}}'
)
WHOLE = re.compile(r'{"writer": (\d+), "line": (\d+), .*}}')

Write = Callable[[Path, int, int, int], None]


def ours(log: Path, size: int, writer: int, lines: int) -> None:
    for line in range(lines):
        log_file.append(log, (SAMPLE % (writer, line) + "\n").encode(), size=size, backups=BACKUPS)


def standard(log: Path, size: int, writer: int, lines: int) -> None:
    logging.raiseExceptions = False  # it complains of what it loses
    logger = logging.getLogger("benchmark")
    logger.propagate = False
    logger.setLevel(logging.INFO)
    logger.addHandler(logging.handlers.RotatingFileHandler(log, maxBytes=size, backupCount=BACKUPS))
    for line in range(lines):
        logger.info(SAMPLE, writer, line)


WRITERS: dict[str, Write] = {"Chore": ours, "RotatingFileHandler": standard}


def run(report: Report) -> None:
    for name, size in SIZES.items():
        rows = [row for processes in (1, 2, 8) for row in _rows(size, processes)]
        report.add(f"Audit log, {name}", rows, beside="RotatingFileHandler", lines=LINES, bytes_each=size)


def _rows(size: int, processes: int) -> list[Row]:
    """Each in turn, so that whatever else the machine does meets both."""
    rounds = [{name: _measure(write, size, processes) for name, write in WRITERS.items()} for _ in range(ROUNDS)]
    speed, theirs = ([each[name][0] for each in rounds] for name in WRITERS)
    lost, lost_by_them = ([max(each[name][1] for each in rounds)] for name in WRITERS)
    who = f"{processes} process{'es' if processes > 1 else ''}"
    return [
        Row(who, speed, theirs, Bound(1, at_least=True), unit="lines/s"),
        Row(f"{who}, most lost", lost, lost_by_them, Bound(0, of_ratio=False), unit="lines"),
    ]


def _measure(write: Write, size: int, processes: int) -> tuple[float, int]:
    """Return lines per second, and how many are not there, torn or there twice though later ones of their writer are kept."""
    with TemporaryDirectory() as folder:
        log, start = Path(folder, "log"), multiprocessing.Barrier(processes + 1)
        lines = LINES // processes
        writers = [
            multiprocessing.Process(target=_after, args=(start, write, log, size, writer, lines))
            for writer in range(processes)
        ]
        for writer in writers:
            writer.start()
        start.wait()
        began = perf_counter()
        for writer in writers:
            writer.join()
        took = perf_counter() - began
        return processes * lines / took, sum(_lost(kept) for kept in _read(Path(folder), processes))


def _after(start: "multiprocessing.synchronize.Barrier", write: Write, *args: object) -> None:
    start.wait()
    write(*args)  # type: ignore[arg-type]


def _read(folder: Path, processes: int) -> Iterator[list[int]]:
    """Yield the numbers of the whole lines of each writer that are kept."""
    text = "\n".join(file.read_text() for file in folder.iterdir())
    whole = [found.groups() for found in map(WHOLE.fullmatch, text.splitlines()) if found]
    for writer in range(processes):
        yield [int(line) for by, line in whole if int(by) == writer]


def _lost(kept: list[int]) -> int:
    there = {*kept}
    return max(there) + 1 - min(there) - len(there) + len(kept) - len(there) if there else 0
