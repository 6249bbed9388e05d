"""Comparisons that no index of SQLite serves. It knows nothing of how many rows a value has: it would take the index of the type, and read a
third of the trail, or that of the ids, and sort a whole family by time, where another index leads straight to the rows.
"""

from typing import Any

from django.db.models.lookups import Exact, IntegerLessThanOrEqual


def hidden(sql: str, connection: Any) -> str:
    """SQLite's own word for it is a plus."""
    return f"+{sql}" if connection.vendor == "sqlite" else sql


class UpTo(IntegerLessThanOrEqual):
    """`lte`"""

    lookup_name = "upto"

    def process_lhs(self, compiler: Any, connection: Any, lhs: Any = None) -> tuple[str, Any]:
        sql, params = super().process_lhs(compiler, connection, lhs)
        return hidden(sql, connection), params

    def get_rhs_op(self, connection: Any, rhs: str) -> str:
        return f"<= {rhs}"


class Beside(Exact):
    """`exact`"""

    lookup_name = "beside"

    def process_lhs(self, compiler: Any, connection: Any, lhs: Any = None) -> tuple[str, Any]:
        sql, params = super().process_lhs(compiler, connection, lhs)
        return hidden(sql, connection), params

    def get_rhs_op(self, connection: Any, rhs: str) -> str:
        return f"= {rhs}"
