"""What a database holds, in numbers: two that hold the same have the same."""

from collections.abc import Iterable

from django.db.backends.base.base import BaseDatabaseWrapper

Tally = dict[str, int]

SUMMED = {
    "children_activation": ("sequence", "delta"),
    "children_child": ("points", "reserved", "sequence"),
    "rewards_rewardrequest": ("cost",),
    "tracking_trackingevent": ("id", "sequence", "points_before", "points_after", "delta"),
}


def tally(connection: BaseDatabaseWrapper, tables: Iterable[str]) -> Tally:
    """Return how many rows each of the tables has, by its name, and what columns of points come to, by `table.column`."""
    found: Tally = {}
    with connection.cursor() as cursor:
        for table in sorted(tables):
            columns = SUMMED.get(table, ())
            sums = "".join(f", coalesce(sum({column}), 0)" for column in columns)
            cursor.execute(f'SELECT count(*){sums} FROM "{table}"')  # noqa: S608 - the database's own names
            counts = cursor.fetchone()
            found |= dict(zip([table, *(f"{table}.{column}" for column in columns)], map(int, counts), strict=True))
    return found


def differences(told: Tally, seen: Tally) -> list[str]:
    """Return what is not the same, a sentence each."""
    names = sorted(name for name in {*told, *seen} if told.get(name) != seen.get(name))
    return [f"{name} was {told.get(name, 'not there')}, and is {seen.get(name, 'not there')}" for name in names]
