"""What nobody should have left behind: waiting events of no child, events of no child, tombstones that are not blank."""

from collections.abc import Iterator

from django.db.models import Count, Exists, Min, OuterRef, Q

from children.models import Child, Family, User
from rewards.models import RewardRequest
from tracking.models import Purge, TrackingEvent, UnrecordedEvent
from tracking.verification.finding import Finding

no_child = ~Exists(Child.objects.filter(pk=OuterRef("child_id")))


def events_of_no_child(family_id: int | None) -> Iterator[Finding]:
    events = TrackingEvent.objects.filter(no_child)
    if family_id is not None:
        events = events.filter(family_id=family_id)
    for row in events.values("family_id", "child_id").annotate(first=Min("sequence"), n=Count("id")):
        yield Finding("no_act", f"{row['n']} events of no child", row["family_id"], row["child_id"], row["first"])


def purged_of_no_child(family_id: int | None) -> Iterator[Finding]:
    purges = Purge.objects.filter(no_child)
    if family_id is not None:
        purges = purges.filter(family_id=family_id)
    for row in purges.order_by("child_id"):
        yield Finding("no_act", f"{row.events} events of no child were purged", row.family_id, row.child_id)


def waiting_for_no_child() -> Iterator[Finding]:
    for row in UnrecordedEvent.objects.filter(no_child).order_by("child_id", "sequence"):
        yield Finding("leftover", "an event of no child waits", None, row.child_id, row.sequence)


def of_families(family_id: int | None) -> Iterator[Finding]:
    """What a family that was removed kept."""
    removed = Family.objects.exclude(removed_at=None)
    if family_id is not None:
        removed = removed.filter(pk=family_id)
    users, children = User.objects.filter(family=OuterRef("pk")), Child.objects.present().filter(family=OuterRef("pk"))
    for family in removed.filter(Exists(users) | Exists(children) | ~Q(name="")).order_by("pk"):
        yield Finding("leftover", "it was removed, and kept a name, a user or a child", family.pk)


def of_child(child: Child) -> Iterator[Finding]:
    """What it kept though it was removed, and requests that nobody can settle any more."""
    if child.removed_at is not None and (child.name or child.login_id):
        yield Finding("leftover", "it was removed, and kept its name or login", child.family_id, child.pk)
    over = Q(child__removed_at__isnull=False) | Q(reward__archived_at__isnull=False)
    for request in RewardRequest.objects.pending().filter(over, child=child).order_by("pk"):
        yield Finding("leftover", f"request {request.pk} still waits for what was removed", child.family_id, child.pk)
