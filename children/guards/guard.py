from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Guard:
    """One thing that the database refuses on one table, and when each database is to refuse it.

    `sqlite` and `postgresql` say when: what stands in `CREATE TRIGGER` between the trigger's name and its body, with `{table}` for
    the table and `{columns}` for all its columns but `free`; None where that database needs no trigger.
    """

    name: str
    table: str
    message: str
    sqlite: str | None
    postgresql: str | None
    free: tuple[str, ...] = ()

    @property
    def trigger(self) -> str:
        return f"{self.table}_{self.name}"

    def fill(self, when: str, columns: Sequence[str]) -> str:
        """Return `when` for a table with these columns."""
        guarded = ", ".join(f'"{column}"' for column in columns if column not in self.free)
        return when.format(table=f'"{self.table}"', columns=guarded)
