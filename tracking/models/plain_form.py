"""The one plain form of an event, for the API, the stream, the logs and what could not be recorded alike."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

FIELDS = (
    "id",
    "user_id",
    "actor_role",
    "family_id",
    "child_id",
    "sequence",
    "entity_type",
    "entity_id",
    "action",
    "points_before",
    "points_after",
    "delta",
    "occurred_at",
    "created_at",
    "metadata",
)
MOMENTS = ("occurred_at", "created_at")
NULLABLE = ("id", "user_id", "metadata")
TEXTS = ("actor_role", "entity_type", "action")


class InvalidEvent(ValueError):
    """A plain form that cannot be an event; the message names the field."""


def to_plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return an event as JSON types; `row` maps each of FIELDS to its Python value."""
    plain = {name: row[name] for name in FIELDS}
    for name in MOMENTS:
        plain[name] = iso(plain[name])
    return plain


def from_plain(plain: Mapping[str, Any]) -> dict[str, Any]:
    """The inverse of `to_plain`. Raises InvalidEvent for what is missing, unknown, or of another type."""
    if not isinstance(plain, Mapping):
        raise InvalidEvent("an event is an object")
    if wrong := set(FIELDS) ^ set(plain):
        raise InvalidEvent(f"missing or unknown: {', '.join(sorted(map(str, wrong)))}")
    return {name: _parse(name, plain[name]) for name in FIELDS}


def iso(moment: datetime) -> str:
    """UTC ISO 8601 with microseconds and `Z`."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def _parse(name: str, value: Any) -> Any:
    if value is None:
        if name in NULLABLE:
            return None
        raise InvalidEvent(f"{name} is null")
    if name in MOMENTS:
        return _moment(name, value)
    expected: type = dict if name == "metadata" else str if name in TEXTS else int
    if not isinstance(value, expected) or isinstance(value, bool):
        raise InvalidEvent(f"{name} is not of type {expected.__name__}")
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise InvalidEvent(f"{name} is out of range")
    return value


def _moment(name: str, value: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
        utc = moment.astimezone(UTC)
    except (TypeError, ValueError, OverflowError) as error:
        raise InvalidEvent(f"{name} is not a moment") from error
    if moment.tzinfo is None:
        raise InvalidEvent(f"{name} has no time zone")
    return utc
