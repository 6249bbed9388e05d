"""What the command `anonymize_user` does."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from children.errors import Gone
from children.models import User
from children.services.accounts import delete_user
from tracking.services.forgetting import Progress, count_acts, forget
from tracking.services.leaving import conclude
from tracking.services.overwriting import overwrite
from tracking.traces.identity import Identity
from tracking.traces.proof import Proof, collecting, prove


class NotProved(Exception):
    """The account is deleted, but looking for what may name it failed; the server's log tells why."""


@dataclass
class Outcome:
    """What was done about a user, or, in a dry run, would be."""

    user_id: int
    forgotten: Counter[str]
    deleted: bool = False
    overwritten: bool = True  # unless the database's own files hold what rows were before
    dry_run: bool = False
    proofs: list[Proof] = field(default_factory=list)

    @property
    def has_traces(self) -> bool:
        return any(proof.traces for proof in self.proofs)

    def to_dict(self) -> dict[str, Any]:
        return {
            "user_id": self.user_id,
            "dry_run": self.dry_run,
            "forgotten": +self.forgotten,
            "deleted": self.deleted,
            "overwritten": self.overwritten,
            "proofs": [proof.to_dict() for proof in self.proofs],
        }


def anonymize(user: User, *, delete: bool, progress: Progress) -> Outcome:
    """Make all that a user did forget it, and delete the account if asked to; then look for what names it still.

    Raises OSError where the logs could not be read or written, NotProved.
    """
    identity = Identity.of(user)
    forgotten = forget(identity, progress=progress)
    if not delete:
        return Outcome(user.pk, forgotten, proofs=[prove(identity, account=False)])
    proofs = _delete(user, identity)
    return Outcome(user.pk, forgotten, deleted=True, overwritten=overwrite(), proofs=proofs)


def anonymize_gone(user_id: int) -> Outcome:
    """Clear what is left of a user whose account is gone. Raises OSError."""
    cleared, proof = conclude(Identity(user_id))
    return Outcome(user_id, cleared, proofs=[proof])


def look_at(user: User) -> Outcome:
    """Say what would be done about a user."""
    return Outcome(user.pk, count_acts(user.pk), dry_run=True)


def look_at_gone(user_id: int) -> Outcome:
    """Say what is left of a user whose account is gone. Raises OSError."""
    return Outcome(user_id, Counter(), dry_run=True, proofs=[prove(Identity(user_id), account=True)])


def _delete(user: User, identity: Identity) -> list[Proof]:
    """Return the proofs: of the user's going, and of those who went along."""
    with collecting() as collected:
        try:
            delete_user(user=user, by=None)
        except Gone:  # somebody else was faster
            conclude(identity)
    proofs = [proof for proof in collected.values() if proof is not None]
    if len(proofs) < len(collected):
        raise NotProved
    return proofs
