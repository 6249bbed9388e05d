"""The guards on the child's row: its points move only with the next sequence, and it stays where it is, as its trail says."""

from children.guards import Guard

TABLE = "children_child"
MOVED = """
 (NEW.points <> OLD.points OR NEW.reserved <> OLD.reserved OR NEW.sequence <> OLD.sequence)
 AND NEW.sequence <> OLD.sequence + 1 OR NEW.id <> OLD.id OR NEW.family_id <> OLD.family_id
"""

GUARDS = (
    Guard(
        name="points_move",
        table=TABLE,
        message="points move only with the next sequence",
        sqlite=f"BEFORE UPDATE ON {{table}} WHEN {MOVED}",
        postgresql=f"BEFORE UPDATE ON {{table}} FOR EACH ROW WHEN ({MOVED})",
    ),
    Guard(
        name="no_replace",
        table=TABLE,
        message="a child is not replaced",
        sqlite=(
            "BEFORE INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id OR login_id = NEW.login_id)"
        ),
        postgresql=None,  # has no REPLACE, and its upsert fires the guard above
    ),
    Guard(
        name="no_update_or_replace",
        table=TABLE,
        message="a child is not replaced",
        sqlite=(
            "BEFORE UPDATE OF login_id ON {table} WHEN EXISTS "
            "(SELECT 1 FROM {table} WHERE login_id = NEW.login_id AND id <> OLD.id)"
        ),
        postgresql=None,  # has no UPDATE OR REPLACE
    ),
    Guard(
        name="no_delete",
        table=TABLE,
        message="a child leaves a tombstone, it is not deleted",
        sqlite="BEFORE DELETE ON {table}",
        postgresql="BEFORE DELETE ON {table} FOR EACH ROW",
    ),
    Guard(
        name="no_truncate",
        table=TABLE,
        message="a child leaves a tombstone, it is not deleted",
        sqlite=None,  # has no TRUNCATE
        postgresql="BEFORE TRUNCATE ON {table} FOR EACH STATEMENT",
    ),
)
