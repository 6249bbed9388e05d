from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from tracking.traces.files import scan_files
from tracking.traces.identity import Identity
from tracking.traces.tables import scan_tables


@dataclass(frozen=True)
class Proof:
    """What was looked at, and where the user is named: how often, by place. Without traces it is one."""

    user_id: int
    tables: int
    files: int
    traces: Counter[str]

    def to_dict(self) -> dict[str, Any]:
        return {"user_id": self.user_id, "tables": self.tables, "files": self.files, "traces": dict(self.traces)}

    def __str__(self) -> str:
        looked_at = f"{self.tables} tables and {self.files} files"
        if not self.traces:
            return f"Looked through {looked_at}: no trace."
        found = ", ".join(f"{place} ({count})" for place, count in sorted(self.traces.items()))
        return f"Looked through {looked_at}: traces in {found}."


Proofs = dict[int, Proof | None]  # by user; None while one is awaited
_collected: ContextVar[Proofs | None] = ContextVar("collected", default=None)


@contextmanager
def collecting() -> Iterator[Proofs]:
    """Yield where whatever is proved meanwhile, by whoever deletes an account, is put."""
    proofs: Proofs = {}
    token = _collected.set(proofs)
    try:
        yield proofs
    finally:
        _collected.reset(token)


def announce_proof(user_id: int) -> None:
    """Say that there is to be one: what happens after a commit fails in silence."""
    _collect(user_id, None)


def prove(identity: Identity, *, account: bool) -> Proof:
    """Look for traces of a user everywhere; without `account`, not in what belongs to the account. Raises OSError."""
    files, in_files = scan_files(identity)
    tables, in_tables = scan_tables(identity, account=account)
    proof = Proof(identity.user_id, tables, files, in_files + in_tables)
    _collect(identity.user_id, proof)
    return proof


def _collect(user_id: int, proof: Proof | None) -> None:
    collected = _collected.get()
    if collected is not None:
        collected[user_id] = proof
