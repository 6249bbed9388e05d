"""What the script of the list needs to tell of new events as they come; without it the list is as complete."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext, ngettext

from children.models import Family
from tracking.models.plain_form import iso
from tracking.stream.channels import family_channel
from tracking.stream.storage import TrailStorage

COUNTED = 99


def what_to_listen_to(
    family_id: int,
    wanted: Mapping[str, Collection[Any] | None],
    days: tuple[datetime | None, datetime | None],
    link: str,
) -> dict[str, Any]:
    """`wanted` are the values that an event of that family is to have, to be told of, None for any; `days` are from when and until when
    it is to have occurred. The link leads to the list with them.
    """
    start, end = days
    newest = TrailStorage().get_current_id(family_channel(family_id))
    return {
        "stream": reverse("tracking-stream", query={"family_id": family_id}),
        "last_id": newest,
        "wanted": {name: list(values) for name, values in wanted.items() if values is not None},
        "start": start and iso(start),
        "end": end and iso(end),
        "link": link,
        "texts": [*(_told(number) for number in range(1, COUNTED + 1)), _more()],
    }


def only_family(family_ids: Collection[int] | None, child_id: int | None) -> int | None:
    """Return the one family whose events can be in the list: of those asked for, the child's, or the only one there is."""
    families = Family.objects.all()
    if child_id is not None:
        families = families.filter(children=child_id)
    if family_ids is not None:
        families = families.filter(pk__in=family_ids)
    elif child_id is None:
        families = families.filter(removed_at=None)
    found = families.values_list("pk", flat=True)[:2]
    return found[0] if len(found) == 1 else None


def _told(number: int) -> str:
    return ngettext("%(n)d new event", "%(n)d new events", number) % {"n": number}


def _more() -> str:
    return gettext("More than %(n)d new events") % {"n": COUNTED}
