"""An event as a sentence: one template for each thing that can happen, in which every name stands apart from the text around it."""

from typing import Any

from django.utils.functional import Promise
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, ngettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from children.models.user import Role
from tracking.admin.details import entity_name, nominal_points, reason
from tracking.admin.names import child_name, username
from tracking.models import TrackingEvent
from tracking.models.kinds import Action, EntityType

HAPPENED: dict[tuple[str, str], str | Promise] = {
    (EntityType.TASK, Action.ACTIVATED): ngettext_lazy(
        "%(who)s gave %(points)s point to %(child)s for the task %(what)s: %(balance)s.",
        "%(who)s gave %(points)s points to %(child)s for the task %(what)s: %(balance)s.",
        "points",
    ),
    (EntityType.TASK, Action.CANCELLED): ngettext_lazy(
        "%(who)s undid the task %(what)s of %(child)s, and took back %(points)s point: %(balance)s.",
        "%(who)s undid the task %(what)s of %(child)s, and took back %(points)s points: %(balance)s.",
        "points",
    ),
    (EntityType.PENALTY, Action.ACTIVATED): ngettext_lazy(
        "%(who)s took %(points)s point from %(child)s for the penalty %(what)s: %(balance)s.",
        "%(who)s took %(points)s points from %(child)s for the penalty %(what)s: %(balance)s.",
        "points",
    ),
    (EntityType.PENALTY, Action.CANCELLED): ngettext_lazy(
        "%(who)s undid the penalty %(what)s of %(child)s, and gave back the %(points)s point that it took: %(balance)s.",
        "%(who)s undid the penalty %(what)s of %(child)s, and gave back the %(points)s points that it took: %(balance)s.",
        "points",
    ),
    (EntityType.REWARD, Action.REQUESTED): _("%(who)s asked for the reward %(what)s for %(child)s."),
    (EntityType.REWARD, Action.REDEEMED): ngettext_lazy(
        "%(who)s redeemed the reward %(what)s for %(child)s, at a cost of %(points)s point: %(balance)s.",
        "%(who)s redeemed the reward %(what)s for %(child)s, at a cost of %(points)s points: %(balance)s.",
        "points",
    ),
    (EntityType.REWARD, Action.CANCELLED): _("%(who)s cancelled the reward %(what)s of %(child)s."),
}
FLOORED: dict[tuple[str, str], str | Promise] = {
    (EntityType.TASK, Action.CANCELLED): ngettext_lazy(
        "%(who)s undid the task %(what)s of %(child)s, and took back %(points)s of its %(nominal)s point, since points stop at zero: %(balance)s.",
        "%(who)s undid the task %(what)s of %(child)s, and took back %(points)s of its %(nominal)s points, since points stop at zero: %(balance)s.",
        "nominal",
    ),
    (EntityType.PENALTY, Action.ACTIVATED): ngettext_lazy(
        "%(who)s took %(points)s of %(nominal)s point from %(child)s for the penalty %(what)s, since points stop at zero: %(balance)s.",
        "%(who)s took %(points)s of %(nominal)s points from %(child)s for the penalty %(what)s, since points stop at zero: %(balance)s.",
        "nominal",
    ),
}
REASONS: dict[str | None, str | Promise] = {
    "denied": _("%(who)s denied %(child)s the reward %(what)s."),
    "withdrawn": _("%(child)s withdrew the request for the reward %(what)s."),
    "refunded": ngettext_lazy(
        "%(who)s refunded the reward %(what)s to %(child)s, and gave back %(points)s point: %(balance)s.",
        "%(who)s refunded the reward %(what)s to %(child)s, and gave back %(points)s points: %(balance)s.",
        "points",
    ),
    "entity_removed": _(
        "%(who)s cancelled the request of %(child)s for the reward %(what)s, since the reward was deleted."
    ),
    "child_removed": _(
        "%(who)s cancelled the request of %(child)s for the reward %(what)s, since the child was removed."
    ),
}
ASKED_ITSELF = _("%(child)s asked for the reward %(what)s.")
TAKES = {
    (EntityType.PENALTY, Action.ACTIVATED),
    (EntityType.TASK, Action.CANCELLED),
    (EntityType.REWARD, Action.REDEEMED),
}


def sentence(event: TrackingEvent) -> SafeString:
    """Say what happened. `look_up_names` comes first."""
    text = _fill(
        _template(event),
        who=_who(event),
        child=_apart(child_name(event)),
        what=_what(event),
        points=_points(event),
        nominal=nominal_points(event) or 0,
        balance=balance(event),
    )
    return format_html('<span dir="auto">{}</span>', text)  # as it is read, on a page of the other direction too


def balance(event: TrackingEvent) -> SafeString:
    """The points before and after, in this order in right-to-left text too."""
    return format_html('<span dir="ltr">{} → {}</span>', event.points_before, event.points_after)


def _template(event: TrackingEvent) -> Any:
    pair = event.entity_type, event.action
    if pair in FLOORED and _is_floored(event):
        return FLOORED[pair]
    if pair == (EntityType.REWARD, Action.REQUESTED) and event.actor_role == Role.CHILD:
        return ASKED_ITSELF
    if pair == (EntityType.REWARD, Action.CANCELLED):
        return REASONS.get(reason(event), HAPPENED[pair])
    return HAPPENED[pair]


def _is_floored(event: TrackingEvent) -> bool:
    """Whether less was taken than the task or penalty says, there being no more."""
    nominal = nominal_points(event)
    return nominal is not None and 0 <= -event.delta < nominal and event.points_after <= 0


def _points(event: TrackingEvent) -> int:
    """How many were given, or taken where that is what such an act does."""
    return -event.delta if (event.entity_type, event.action) in TAKES else event.delta


def _who(event: TrackingEvent) -> str:
    name = username(event)
    if name is not None:
        return _apart(name)
    if event.actor_role == Role.SYSTEM:
        return gettext("The system")
    return gettext("An anonymised %(role)s") % {"role": Role(event.actor_role).label}


def _what(event: TrackingEvent) -> str:
    """The name of the task, penalty or reward, or else its number; with its cost where the points do not move."""
    called = entity_name(event)
    name = _apart(str(event.entity_id)) if called is None else format_html("<q>{}</q>", _apart(called))
    cost = nominal_points(event)
    if event.entity_type != EntityType.REWARD or event.delta or cost is None:
        return name
    return _fill(ngettext("%(name)s (%(cost)s point)", "%(name)s (%(cost)s points)", cost), name=name, cost=cost)


def _apart(name: str) -> SafeString:
    """A name may be written in the other direction than the text around it."""
    return format_html("<bdi>{}</bdi>", name)


def _fill(template: Any, **parts: str | int) -> SafeString:
    """Put the parts into a text of ours: numbers as they are, since it depends on them which plural is meant, all else escaped."""
    escaped = {name: part if isinstance(part, int) else conditional_escape(part) for name, part in parts.items()}
    return mark_safe(template % escaped)  # noqa: S308 - the text is ours, its parts are escaped
