"""What a run has measured: each table is printed as it comes, and all of them are kept as JSON."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from django.db import connections

from tracking.benchmarks.machine import machine, versions
from tracking.benchmarks.measured import Row, quartiles
from tracking.benchmarks.sizes import EVENTS
from tracking.benchmarks.table import print_table

DATABASES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


@dataclass
class Report:
    """Of a run on one database. `path` is where it is kept, if anywhere."""

    path: Path | None = None
    tables: list[dict[str, Any]] = field(default_factory=list)

    @property
    def database(self) -> str:
        return DATABASES[connections["default"].vendor]

    def add(self, title: str, rows: Iterable[Row], *, beside: str = "", **sizes: int) -> None:
        """Tell of what was measured. `beside` names what the ratios compare with, `sizes` say of how much it is."""
        rows = [*rows]
        said = ", ".join(f"{size:,} {name.replace('_', ' ')}" for name, size in sizes.items())
        print_table(f"{title}, {self.database}{said and f': {said}'}", _heading(beside), [*map(_cells, rows)])
        self.tables.append({"title": title, "beside": beside, "sizes": sizes, "rows": [row.to_dict() for row in rows]})
        self._keep()

    def _keep(self) -> None:
        """After each table: who ends a long run early has what there is."""
        if self.path:
            told = {"database": self.database, "machine": machine(), "versions": versions(), "events": EVENTS}
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.write_text(json.dumps({**told, "tables": self.tables}, indent=1) + "\n")


def _heading(beside: str) -> list[str]:
    return ["", "median", "quartiles", beside or "beside", "ratio", "its quartiles", "to reach", "reached"]


def _cells(row: Row) -> list[str]:
    return [
        row.name,
        f"{_short(median(row.sample))} {row.unit}".strip(),
        _range(row.sample),
        f"{_short(median(row.beside))} {row.unit}".strip() if row.beside else "",
        "" if row.ratio is None else _short(row.ratio),
        _range(row.ratios),
        str(row.bound or ""),
        {None: "", True: "yes", False: "no"}[row.is_reached],
    ]


def _range(sample: Sequence[float]) -> str:
    return " - ".join(map(_short, quartiles(sample))) if len(sample) > 1 else ""


def _short(value: float) -> str:
    """Three digits that mean something."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
