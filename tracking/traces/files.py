"""The files that the product writes: their names, and each of their lines."""

from collections import Counter
from contextlib import suppress

from django.conf import settings

from tracking.traces.identity import Identity


def scan_files(identity: Identity) -> tuple[int, Counter[str]]:
    """Return how many files there are, and how often each names the user; its name counts too. Raises OSError."""
    files = sorted(path for path in settings.LOG_DIR.rglob("*") if path.is_file())
    found: Counter[str] = Counter()
    for path in files:
        place = path.relative_to(settings.LOG_DIR.parent).as_posix()
        # Others' logs may be rotated meanwhile.
        with suppress(FileNotFoundError), path.open(encoding="utf-8", errors="replace") as lines:
            found[place] += sum(identity.is_named_in(line) for line in lines if identity.may_be_in(line))
        found[f"{place} (its name)"] += identity.is_named_in(path.name)
    return len(files), +found
