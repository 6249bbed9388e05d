"""What was deleted is to be gone from the database's own files."""

from time import sleep

from django.db import connection

SHORT_TRY, TRIES = 50, 40  # milliseconds


def overwrite() -> bool:
    """Have SQLite's write-ahead log begun anew, which holds what rows were before. Returns whether it was.

    In several short tries: while one waits for who reads, nobody can write.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        return True
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA busy_timeout = {SHORT_TRY}")
        try:
            for _ in range(TRIES):
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                if cursor.fetchone()[0] == 0:
                    return True
                sleep(2 * SHORT_TRY / 1000)
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {1000 * connection.settings_dict['OPTIONS']['timeout']}")
    return False
