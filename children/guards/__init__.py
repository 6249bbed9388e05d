"""What the database itself refuses, whoever asks: triggers in plain SQL, for SQLite and for PostgreSQL.

Django knows nothing of triggers: SQLite loses them when Django rebuilds a table, and one that names a column stands in the way of
that column's removal. So they are dropped before `migrate` and made after it, from the columns that the table then has; a system
check and `/readyz` look for them. An app describes its guards and registers them in `AppConfig.ready()`.
"""

from children.guards.guard import Guard
from children.guards.installer import connect, install, lift, missing, register

__all__ = ["Guard", "connect", "install", "lift", "missing", "register"]
