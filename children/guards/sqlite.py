from collections.abc import Iterator, Sequence
from typing import Any

from children.guards.guard import Guard


def create(guard: Guard, columns: Sequence[str]) -> Iterator[str]:
    if guard.sqlite is not None:
        yield _definition(guard, guard.sqlite, columns)


def drop(guard: Guard) -> Iterator[str]:
    if guard.sqlite is not None:
        yield f'DROP TRIGGER IF EXISTS "{guard.trigger}"'


def stands(cursor: Any, guard: Guard, columns: Sequence[str]) -> bool:
    if guard.sqlite is None:
        return True
    cursor.execute("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = %s", [guard.trigger])
    return cursor.fetchone() == (_definition(guard, guard.sqlite, columns),)


def _definition(guard: Guard, when: str, columns: Sequence[str]) -> str:
    unless = f"WHEN NOT ({guard.unless}) " if guard.unless else ""
    body = guard.does["sqlite"] if guard.does else f"SELECT RAISE(ABORT, '{guard.message}')"
    return f'CREATE TRIGGER "{guard.trigger}" {guard.fill(when, columns)} {unless}BEGIN {body}; END'
