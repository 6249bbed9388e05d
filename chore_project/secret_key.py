"""The signing key of an installation that was not given one: made once, kept in the data folder."""

import os
from pathlib import Path

from django.core.management.utils import get_random_secret_key


def is_weak(key: str) -> bool:
    """What `check --deploy` (security.W009) calls a key that can be guessed."""
    return len(key) < 50 or len(set(key)) < 5 or key.startswith("django-insecure-")


def read_or_make_secret_key(path: Path) -> str:
    """Return the key in `path`; make one first, readable by its owner only, where there is none."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    if not path.exists():
        try:
            draft.touch(mode=0o600)
            draft.write_text(get_random_secret_key())
            os.link(draft, path)  # never over another process's key, never half a key
        except FileExistsError:
            pass
        finally:
            draft.unlink(missing_ok=True)
    return path.read_text().strip()
