"""The trail is append-only, by the database: every event stays as it was written, but that a user can be forgotten.

There is one door, for events that have been kept as long as they were to be: the guard itself lets nothing through that occurred at
the cutoff in it or later.
"""

from children.guards import Guard

TABLE = "tracking_trackingevent"
APPEND_ONLY = "the trail is append-only"
COUNTED = "a day to which an event came, or from which one went, is counted anew"

# Marks the sum of the day and kind of a row, also where there is none yet; days later than all sums are not sealed. The transaction sees what
# was sealed before it wrote: it is READ COMMITTED, as all of ours.
TOUCH = """
 INSERT INTO tracking_daysum (day, entity_type, action, events, points, first_id, last_id, is_touched)
 SELECT {day}, {row}.entity_type, {row}.action, 0, 0, 0, 0, TRUE WHERE {day} <= (SELECT max(day) FROM tracking_daysum)
 ON CONFLICT (day, entity_type, action) DO UPDATE SET is_touched = TRUE WHERE NOT tracking_daysum.is_touched
"""


def touch(row: str) -> dict[str, str]:
    """Return the statement, for a row that came (NEW) or went (OLD)."""
    days = {
        "sqlite": f"substr({row}.occurred_at, 1, 10)",  # as Django writes moments: in UTC
        "postgresql": f"({row}.occurred_at AT TIME ZONE 'UTC')::date",
    }
    return {vendor: TOUCH.format(day=day, row=row) for vendor, day in days.items()}


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
    Guard(
        name="count_late",
        table=TABLE,
        message=COUNTED,
        sqlite="AFTER INSERT ON {table}",
        postgresql="AFTER INSERT ON {table} FOR EACH ROW",
        does=touch("NEW"),
        needs="tracking_daysum",
    ),
    Guard(
        name="count_purged",
        table=TABLE,
        message=COUNTED,
        sqlite="AFTER DELETE ON {table}",
        postgresql="AFTER DELETE ON {table} FOR EACH ROW",
        does=touch("OLD"),
        needs="tracking_daysum",
    ),
)
