from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper


@contextmanager
def snapshot(database: BaseDatabaseWrapper = connection) -> Iterator[None]:
    """Read from one moment of the database, without making a writer wait. Within a transaction: from that.

    On SQLite Django's own transactions take the write lock at BEGIN; this one never does.
    """
    if database.in_atomic_block:
        yield
    elif database.vendor == "sqlite":
        with database.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
            try:
                yield
            finally:
                if database.connection.in_transaction:  # some errors have ended it, and are to be told
                    cursor.execute("ROLLBACK")
    else:
        with transaction.atomic(using=database.alias), database.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield
