"""The trail is append-only, by the database: every event stays as it was written, but that a user can be forgotten.

There is one door, for events that have been kept as long as they were to be: the guard itself lets nothing through that occurred at
the cutoff in it or later.
"""

from children.guards import Guard

TABLE = "tracking_trackingevent"
APPEND_ONLY = "the trail is append-only"

GUARDS = (
    Guard(
        name="no_update",
        table=TABLE,
        message=APPEND_ONLY,
        sqlite="BEFORE UPDATE OF {columns} ON {table}",
        postgresql="BEFORE UPDATE OF {columns} ON {table} FOR EACH ROW",
        free=("user_id",),
    ),
    Guard(
        name="no_move",
        table=TABLE,
        message=APPEND_ONLY,
        # `SET rowid = ...` changes the id without naming it.
        sqlite="BEFORE UPDATE ON {table} WHEN NEW.id <> OLD.id",
        postgresql=None,  # has no other name for it
    ),
    Guard(
        name="only_forget",
        table=TABLE,
        message="the trail is append-only, a user can only be forgotten",
        sqlite="BEFORE UPDATE OF user_id ON {table} WHEN NEW.user_id IS NOT NULL",
        postgresql="BEFORE UPDATE OF user_id ON {table} FOR EACH ROW WHEN (NEW.user_id IS NOT NULL)",
    ),
    Guard(
        name="no_delete",
        table=TABLE,
        message=APPEND_ONLY,
        sqlite="BEFORE DELETE ON {table}",
        postgresql="BEFORE DELETE ON {table} FOR EACH ROW",
        # SQLite compares moments as text, in the one form in which Django writes them: that is their order.
        unless="EXISTS (SELECT 1 FROM tracking_purgedoor WHERE OLD.occurred_at < cutoff)",
    ),
    Guard(
        name="no_truncate",
        table=TABLE,
        message=APPEND_ONLY,
        sqlite=None,  # has no TRUNCATE; its DELETE without WHERE fires the guard above
        postgresql="BEFORE TRUNCATE ON {table} FOR EACH STATEMENT",
    ),
    Guard(
        name="no_replace",
        table=TABLE,
        message=APPEND_ONLY,
        # REPLACE deletes without firing a DELETE trigger.
        sqlite=(
            "BEFORE INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} "
            "WHERE id = NEW.id OR child_id = NEW.child_id AND sequence = NEW.sequence)"
        ),
        postgresql=None,  # has no REPLACE, and its upsert fires the guards above
    ),
)
