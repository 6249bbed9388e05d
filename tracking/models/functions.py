"""What Django has no function for, on SQLite, which keeps moments and days as text, and on PostgreSQL."""

from typing import Any

from django.db.models import Func, TextField


class OnBoth(Func):
    sqlite: tuple[str, str]  # the template, and what joins the arguments
    postgresql: tuple[str, str]

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template, joiner = self.sqlite
        return self.as_sql(compiler, connection, template=template, arg_joiner=joiner, **context)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template, joiner = self.postgresql
        return self.as_sql(compiler, connection, template=template, arg_joiner=joiner, **context)


class PlainMoment(OnBoth):
    """A moment as `plain_form.iso` writes it. On SQLite of a moment as Django writes it, as the guards take it; of a column."""

    output_field = TextField()
    sqlite = (
        (
            "SUBSTR(%(expressions)s, 1, 10) || 'T' || SUBSTR(%(expressions)s, 12, 8) || '.' || "
            "SUBSTR(SUBSTR(%(expressions)s, 21) || '000000', 1, 6) || 'Z'"
        ),
        "",
    )
    postgresql = "TO_CHAR(%(expressions)s AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')", ""
