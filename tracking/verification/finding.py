from dataclasses import asdict, dataclass
from typing import Any

CONTROL = {code: f"\\x{code:02x}" for code in (*range(32), 127)}


def one_line(text: str) -> str:
    """What is told may quote what anybody wrote: one line of ASCII, whatever it holds."""
    return text.encode("ascii", "backslashreplace").decode().translate(CONTROL)


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it must be. `check` names the rule; docs/operators.md lists them."""

    check: str
    detail: str
    family_id: int | None = None
    child_id: int | None = None
    sequence: int | None = None
    last_sequence: int | None = None  # of several in a row

    def __str__(self) -> str:
        numbers = {
            "family": self.family_id,
            "child": self.child_id,
            "sequence": self.sequence,
            "to": self.last_sequence,
        }
        where = ", ".join(f"{name} {number}" for name, number in numbers.items() if number is not None)
        where = where.replace(", to ", " to ")
        return one_line(f"{self.check}: {where}: {self.detail}" if where else f"{self.check}: {self.detail}")

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)
