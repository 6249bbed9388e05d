"""How to tell that something names a user."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from children.models import User

USER_KEYS = {"user_id", "_auth_user_id"}
# A word of the product's own may be somebody's name too, and what a family calls things is the family's.
EXEMPT_KEYS = {"actor_role", "entity_type", "action", "kind", "status", "reason", "entity_name"}
LETTER = r"[\w.@+-]"  # of a username
BLANK = "(forgotten)"
AFTER_USER = r"(?:_|\W{1,4}|\W+is\W+)"


@dataclass(frozen=True)
class Identity:
    """A user, also one that is gone: the id, and the username and e-mail address as far as they are known."""

    user_id: int
    names: tuple[str, ...] = ()

    @classmethod
    def of(cls, user: User) -> Identity:
        return cls(user.pk, tuple(name for name in (user.username, user.email) if name))

    @cached_property
    def spellings(self) -> set[str]:
        """How the names can be spelled, in JSON too: what to look for first, where a database does not know all letters."""
        spelled = {form for name in self.names for form in (name, name.lower(), name.upper())}
        spelled |= {json.dumps(form)[1:-1] for form in spelled}
        return {form.lower() if form.isascii() else form for form in spelled}  # every database knows the cases of ASCII

    def may_be_in(self, text: str) -> bool:
        """Whether a closer look is worth its time."""
        lowered = text.lower()
        return self._as_number.search(text) is not None or any(name.lower() in lowered for name in self.spellings)

    def is_named_in(self, text: str) -> bool:
        """Whether a text names this user: JSON is understood, any other is read as prose."""
        if text[:1] in ("{", "["):
            try:
                return self._is_in(json.loads(text))
            except (ValueError, RecursionError):
                pass
        return self._is_in_prose(text)

    def is_called(self, text: str) -> bool:
        """Whether a text names this user that is itself a name, as somebody typed it: `user_7` may be anybody's."""
        return any(name.search(text) for name in self._as_words)

    def _is_in(self, value: Any) -> bool:
        if isinstance(value, Mapping):
            return any(self._is_under(key, each) for key, each in value.items())
        if isinstance(value, list):
            return any(map(self._is_in, value))
        return isinstance(value, str) and self._is_in_prose(value)

    def _is_under(self, key: str, value: Any) -> bool:
        if key in USER_KEYS:
            return str(value) == str(self.user_id)
        return key not in EXEMPT_KEYS and not key.endswith("_at") and self._is_in(value)

    def _is_in_prose(self, text: str) -> bool:
        return self._as_number.search(text) is not None or self.is_called(text)

    @cached_property
    def _as_number(self) -> re.Pattern[str]:
        """`user 7`, `user_id is 7`, `(user_id)=(7)`, `tracking_user_7.log`, `/user/7/`."""
        return re.compile(rf"(user(?:_id)?{AFTER_USER}){self.user_id}(?!\d)", re.IGNORECASE)

    @cached_property
    def _as_words(self) -> list[re.Pattern[str]]:
        """A name that is not part of another one; a full stop may end the sentence."""
        return [
            re.compile(rf"(?<!{LETTER}){re.escape(name)}(?!\.?{LETTER.replace('.', '', 1)})", re.IGNORECASE)
            for name in self.names
        ]

    def blanked(self, text: str) -> str:
        """Return a text of the product's without the number and the names."""
        text = self._as_number.sub(rf"\1{BLANK}", text)
        for name in self._as_words:
            text = name.sub(BLANK, text)
        return text
