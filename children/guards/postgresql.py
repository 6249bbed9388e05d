from collections.abc import Iterator, Sequence
from typing import Any

from children.guards.guard import Guard


def create(guard: Guard, columns: Sequence[str]) -> Iterator[str]:
    if guard.postgresql is None:
        return
    yield f'CREATE OR REPLACE FUNCTION "{guard.trigger}"() RETURNS trigger LANGUAGE plpgsql AS $${_body(guard)}$$'
    yield _definition(guard, guard.postgresql, columns)
    yield _remember(guard, _definition(guard, guard.postgresql, columns))


def drop(guard: Guard) -> Iterator[str]:
    if guard.postgresql is not None:
        yield f'DROP TRIGGER IF EXISTS "{guard.trigger}" ON "{guard.table}"'
        yield f'DROP FUNCTION IF EXISTS "{guard.trigger}"()'


def stands(cursor: Any, guard: Guard, columns: Sequence[str]) -> bool:
    if guard.postgresql is None:
        return True
    cursor.execute(
        """
        SELECT t.tgenabled IN ('O', 'A') AND p.prosrc = %s
            AND obj_description(t.oid, 'pg_trigger') = concat_ws(' ', %s, pg_get_triggerdef(t.oid))
        FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
        WHERE t.tgrelid = to_regclass(%s) AND t.tgname = %s AND NOT t.tgisinternal
        """,
        [_body(guard), _definition(guard, guard.postgresql, columns), f'"{guard.table}"', guard.trigger],
    )
    return cursor.fetchone() == (True,)


def _definition(guard: Guard, when: str, columns: Sequence[str]) -> str:
    return f'CREATE TRIGGER "{guard.trigger}" {guard.fill(when, columns)} EXECUTE FUNCTION "{guard.trigger}"()'


def _remember(guard: Guard, definition: str) -> str:
    """Note on the trigger what was asked for and how PostgreSQL words it, so that `stands` sees when either changes."""
    return f"""
        DO $do$ BEGIN
            EXECUTE format(
                'COMMENT ON TRIGGER "{guard.trigger}" ON "{guard.table}" IS %L',
                (SELECT concat_ws(' ', $def${definition}$def$, pg_get_triggerdef(oid)) FROM pg_trigger
                 WHERE tgrelid = to_regclass('"{guard.table}"') AND tgname = '{guard.trigger}')
            );
        END $do$
    """  # noqa: S608 - all of it comes from code


def _body(guard: Guard) -> str:
    if guard.does:
        return f"BEGIN {guard.does['postgresql']}; RETURN NULL; END"
    unless = f"IF {guard.unless} THEN RETURN coalesce(NEW, OLD); END IF; " if guard.unless else ""
    return f"BEGIN {unless}RAISE EXCEPTION '{guard.message}' USING ERRCODE = 'integrity_constraint_violation'; END"
