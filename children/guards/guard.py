from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Guard:
    """One thing that the database refuses on one table, and when each database is to refuse it.

    `sqlite` and `postgresql` say when: what stands in `CREATE TRIGGER` between the trigger's name and its body, with `{table}` for
    the table and `{columns}` for all its columns but `free`; None where that database needs no trigger.

    A guard that `does` something instead of refusing comes AFTER a row has changed; it says what, for each database. It is made only where
    there is the table that it `needs` for that.

    `unless` is a condition, in words of both databases, under which a row may pass all the same. It may ask other tables, which WHEN
    of PostgreSQL cannot. SQLite has it in WHEN, so that `sqlite` then has none of its own.
    """

    name: str
    table: str
    message: str
    sqlite: str | None
    postgresql: str | None
    free: tuple[str, ...] = ()
    unless: str | None = None
    does: Mapping[str, str] | None = None
    needs: str | None = None

    @property
    def trigger(self) -> str:
        return f"{self.table}_{self.name}"

    def fill(self, when: str, columns: Sequence[str]) -> str:
        """Return `when` for a table with these columns."""
        guarded = ", ".join(f'"{column}"' for column in columns if column not in self.free)
        return when.format(table=f'"{self.table}"', columns=guarded)
