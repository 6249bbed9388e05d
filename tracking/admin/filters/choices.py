from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from children.admin.filters import ChoiceFilter
from tracking.models import TrackingEvent
from tracking.models.kinds import Action, EntityType


class EntityTypeFilter(ChoiceFilter):
    """Stands after what narrows the list more."""

    title = _("type")
    parameter_name = "entity_type"
    options = EntityType.choices

    def narrow(self, rows: QuerySet[TrackingEvent], value: str | None) -> QuerySet[TrackingEvent]:
        return rows if value is None else rows.of_type(value)  # type: ignore[attr-defined]  # a TrackingEventQuerySet


class ActionFilter(ChoiceFilter):
    title = _("action")
    parameter_name = "action"
    options = Action.choices


class AnonymizedFilter(ChoiceFilter):
    """By whom, also where that was forgotten."""

    title = _("who")
    parameter_name = "anonymized"
    options = (("true", _("Anonymised")),)

    def narrow(self, rows: QuerySet[TrackingEvent], value: str | None) -> QuerySet[TrackingEvent]:
        return rows if value is None else rows.anonymized()  # type: ignore[attr-defined]  # a TrackingEventQuerySet
